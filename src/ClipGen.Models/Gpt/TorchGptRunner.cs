using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Gpt;

/// <summary>Runs a <see cref="Gpt"/> with libtorch, on any device. A step always has all the rows of a group, idle ones included: a row's arithmetic may depend on how many there are.</summary>
public sealed class TorchGptRunner : IGptRunner
{
    private readonly Gpt gpt;
    private readonly Device device;
    private readonly int groupSize;
    private readonly int rowCount;   // of a step's tensors
    private readonly KvCache[] caches;
    private readonly long[] codes;
    private readonly long[] positions;
    private readonly float[] conditions;
    private readonly int[] places;   // of the last step's rows
    private float[] logits = [];

    /// <param name="gpt">On the device; is disposed with this.</param>
    /// <param name="slots">A multiple of <paramref name="groupSize"/>.</param>
    /// <param name="groupSize">Slots of a step.</param>
    public TorchGptRunner(Gpt gpt, int slots, int groupSize, Device device)
    {
        (this.gpt, this.device, this.groupSize) = (gpt, device, groupSize);
        rowCount = RowsOf(groupSize);
        caches = [.. Enumerable.Range(0, slots / groupSize).Select(_ => new KvCache(gpt.Config, rowCount, device))];
        codes = new long[rowCount];
        positions = new long[rowCount];
        conditions = new float[rowCount * gpt.Config.CondSize];
        places = new int[groupSize];
    }

    /// <summary>
    /// One a slot of the group, and idle ones up to a number with which a row's result does not depend on which row it is. MKL sums the rows of a short last
    /// block in another order: with 5, 6, 7, 9 or 10 rows and 2, 6 or 8 threads rows differed (libtorch 2.10), with up to 4 and with multiples of 8 none did.
    /// </summary>
    public static int RowsOf(int groupSize) => groupSize <= 4 ? groupSize : (groupSize + 7) / 8 * 8;

    public void Clear(int slot) => caches[slot / groupSize].Clear(slot % groupSize);

    public void Fill(ReadOnlySpan<GptRow> rows, int threads)
    {
        for (int place = 0; place < rowCount; place++) Put(place, rows[Math.Min(place, rows.Length - 1)]);   // the last position again where there is no further one
        using var scope = NewDisposeScope();
        var (code, condition, position) = Inputs();
        gpt.fill(code, condition, position, caches[rows[0].Slot / groupSize], rows[0].Slot % groupSize);
    }

    public void Step(ReadOnlySpan<GptRow> rows, int threads)
    {
        Array.Clear(codes);
        Array.Clear(positions);
        for (int row = 0; row < rows.Length; row++) Put(places[row] = rows[row].Slot % groupSize, rows[row]);
        using var scope = NewDisposeScope();
        var (code, condition, position) = Inputs();
        logits = gpt.step(code, condition, position, caches[rows[0].Slot / groupSize]).to(ScalarType.Float32).cpu().data<float>().ToArray(); // [S, V]
    }

    public ReadOnlySpan<float> Logits(int row) => logits.AsSpan(places[row] * gpt.Config.VocabSize, gpt.Config.VocabSize);

    private void Put(int place, GptRow row)
    {
        (codes[place], positions[place]) = (row.Code, row.Position);
        if (row.Position == 0) row.Condition.CopyTo(conditions, place * gpt.Config.CondSize);
    }

    private (Tensor Codes, Tensor Conditions, Tensor Positions) Inputs() =>
        (tensor(codes).to(device), tensor(conditions, [rowCount, gpt.Config.CondSize]).to(device), tensor(positions).to(device));

    public void Dispose()
    {
        foreach (var cache in caches) cache.Dispose();
        gpt.Dispose();
    }
}
