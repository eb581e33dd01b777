using ClipGen.Models.Kernels;

namespace ClipGen.Models.Gpt;

/// <summary>
/// Runs a <see cref="CpuGpt"/>. Rows are computed each by itself and every sum has one order, so results have the same bits with any rows beside them, any
/// number of threads, and on any processor.
/// </summary>
public sealed unsafe class CpuGptRunner : IGptRunner
{
    private readonly CpuGpt _gpt;
    private readonly CausalAttention _attention;
    private readonly CpuKvCache _cache;
    private readonly ThreadTeam _team;
    private readonly Action<int> _walk;
    private readonly int _width, _mostRows, _scratchLength;
    private readonly AlignedFloats _x, _projected, _mixed, _hidden, _logits;
    private readonly AlignedFloats _normed, _scratch;   // for each thread
    private readonly GptRow[] _rows;
    private readonly List<Range> _runs = [];   // of rows of the same slot
    private int _count;
    private bool _predicts;

    /// <param name="gpt">Is disposed with this.</param>
    /// <param name="slots">Sequences that it has keys and values of.</param>
    /// <param name="rows">Of a call, at most.</param>
    /// <param name="threads">To take for a call, at most.</param>
    public CpuGptRunner(CpuGpt gpt, int slots, int rows, int threads)
    {
        var config = gpt.Config;
        (_gpt, _width, _mostRows) = (gpt, gpt.Width, rows);
        _attention = new(config.Width / config.Heads, config.BlockSize);
        _cache = new(config, slots, _attention);
        _team = new("clipgen step");
        _walk = Walk;
        _rows = new GptRow[rows];
        _scratchLength = (_attention.ScratchLength + 15) / 16 * 16;
        var layer = gpt.Layers.FirstOrDefault();
        _x = new((long)rows * _width);
        _mixed = new((long)rows * _width);
        _projected = new((long)rows * (layer?.Project.Stride ?? 0));
        // Also where conditions lie one after the other, before there is anything hidden.
        _hidden = new((long)rows * Math.Max(layer?.Widen.Stride ?? 0, config.CondSize));
        _logits = new((long)rows * gpt.Head.Stride);
        _normed = new((long)threads * rows * _width);
        _scratch = new((long)threads * _scratchLength);
    }

    /// <summary>Does nothing: a sequence reads only positions that it has filled itself.</summary>
    public void Clear(int slot)
    {
    }

    public void Fill(ReadOnlySpan<GptRow> rows, int threads) => Run(rows, threads, predicts: false);

    public void Step(ReadOnlySpan<GptRow> rows, int threads) => Run(rows, threads, predicts: true);

    public ReadOnlySpan<float> Logits(int row) => new(_logits.Memory + (long)row * _gpt.Head.Stride, _gpt.Config.VocabSize);

    private void Run(ReadOnlySpan<GptRow> rows, int threads, bool predicts)
    {
        rows.CopyTo(_rows);
        (_count, _predicts) = (rows.Length, predicts);
        _runs.Clear();
        for (int from = 0, to; from < _count; from = to)
        {
            to = from + 1;
            while (to < _count && _rows[to].Slot == _rows[from].Slot) to++;
            _runs.Add(from..to);
        }
        _team.Run(threads, _walk);
        GC.KeepAlive(this);
    }

    /// <summary>A member's part of all layers. Each phase reads what the ones before have written, whoever did, hence the barriers.</summary>
    private void Walk(int member)
    {
        float* normed = _normed.Memory + (long)member * _mostRows * _width;
        if (member == 0) Embed();
        _team.Barrier();
        for (int i = 0; i < _gpt.Layers.Length; i++)
        {
            var layer = _gpt.Layers[i];
            // Each member normalises all rows for itself: that takes less than another barrier.
            Normalise(layer.Norm1, normed);
            Apply(layer.Project, member, normed, _width, _projected.Memory, Output.Store);
            _team.Barrier();
            Attend(i, member, layer.Project.Stride);
            _team.Barrier();
            Apply(layer.Join, member, _mixed.Memory, _width, _x.Memory, Output.Add);
            _team.Barrier();
            Normalise(layer.Norm2, normed);
            Apply(layer.Widen, member, normed, _width, _hidden.Memory, Output.Gelu);
            _team.Barrier();
            Apply(layer.Narrow, member, _hidden.Memory, layer.Widen.Stride, _x.Memory, Output.Add);
            _team.Barrier();
        }
        if (!_predicts) return;
        Normalise(_gpt.Norm, normed);
        Apply(_gpt.Head, member, normed, _width, _logits.Memory, Output.Store);
    }

    private void Embed()
    {
        int size = _gpt.Config.CondSize, conditions = 0;
        for (int row = 0; row < _count; row++)
        {
            if (_rows[row].Position == 0) _rows[row].Condition.CopyTo(new Span<float>(_hidden.Memory + (long)conditions++ * size, size));
        }
        _gpt.Condition.Apply(_hidden.Memory, size, conditions, _mixed.Memory, _width, Range.All, Output.Store);
        for (int row = 0, condition = 0; row < _count; row++)
        {
            var (_, position, code, _) = _rows[row];
            float* x = _x.Memory + (long)row * _width;
            if (position == 0) new ReadOnlySpan<float>(_mixed.Memory + (long)condition++ * _width, _width).CopyTo(new(x, _width));
            _gpt.Embed(position == 0 ? null : code, position, x);
        }
    }

    private void Normalise(PackedNorm norm, float* normed)
    {
        for (int row = 0; row < _count; row++) norm.Apply(_x.Memory + (long)row * _width, normed + (long)row * _width);
    }

    private void Apply(PackedLinear linear, int member, float* x, int xStride, float* y, Output output) =>
        linear.Apply(x, xStride, _count, y, output == Output.Add ? _width : linear.Stride, Share(linear.Panels, member), output);

    /// <summary>Heads are shared among the members, of each slot by itself: rows of one slot see each other's keys.</summary>
    private void Attend(int layer, int member, int stride)
    {
        int width = _gpt.Config.Width, heads = _gpt.Config.Heads, size = width / heads;
        float* scratch = _scratch.Memory + (long)member * _scratchLength;
        var (from, length) = Share(_runs.Count * heads, member).GetOffsetAndLength(_runs.Count * heads);
        for (int item = from; item < from + length; item++)
        {
            int head = item % heads;
            var (first, rows) = _runs[item / heads].GetOffsetAndLength(_count);
            float* keys = _cache.Keys(layer, _rows[first].Slot, head), values = _cache.Values(layer, _rows[first].Slot, head);
            float* query = _projected.Memory + (long)first * stride + head * size;
            for (int i = 0; i < rows; i++)
            {
                float* row = query + (long)i * stride;
                int position = _rows[first + i].Position;
                _attention.Append(row + width, row + 2 * width, keys, values, position);
                _attention.Look(row, keys, values, position, scratch, _mixed.Memory + (long)(first + i) * _width + head * size);
            }
        }
    }

    private Range Share(int parts, int member) => (int)((long)parts * member / _team.Members)..(int)((long)parts * (member + 1) / _team.Members);

    public void Dispose()
    {
        _team.Dispose();
        foreach (var memory in new[] { _x, _projected, _mixed, _hidden, _logits, _normed, _scratch }) memory.Dispose();
        _cache.Dispose();
        _gpt.Dispose();
    }
}
