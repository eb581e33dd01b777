using ClipGen.Models.Kernels;

namespace ClipGen.Models.Gpt;

/// <summary>
/// Runs a <see cref="CpuGpt"/>. Rows are computed each by itself and every sum has one order, so results have the same bits with any rows beside them, any
/// number of threads, and on any processor.
/// </summary>
public sealed unsafe class CpuGptRunner : IGptRunner
{
    /// <summary>
    /// Bytes of weights that two cores read at once as fast as one: they are in a cache that both have. Of a network of 5 MB, 2 threads took 0.24 ms for a
    /// step of 8 rows with 4 rows each, and 0.30 ms with half the outputs each and the barriers in between; of one of 100 MB, 5.2 and 4.4 ms (an AMD Zen 5).
    /// </summary>
    private const long Cached = 32 << 20;

    /// <summary>Rows that a thread needs for itself, else the others wait too long for it to read all weights for them.</summary>
    private const int LeastRows = 2;

    private readonly CpuGpt _gpt;
    private readonly CausalAttention _attention;
    private readonly CpuKvCache _cache;
    private readonly ThreadTeam _team;
    private readonly Action<int> _walk;
    private readonly int _width, _hiddenWidth, _mostRows, _scratchLength;
    private readonly AlignedFloats _x, _projected, _mixed, _hidden, _logits;
    private readonly AlignedFloats _normed, _scratch;   // for each thread
    private readonly GptRow[] _rows;
    private readonly List<Range> _runs = [];   // of rows of the same slot
    private int _count;
    private bool _predicts;
    private bool _apart;   // each member has rows of its own, and not its share of all rows' outputs

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
        _hiddenWidth = Math.Max(layer?.Widen.Stride ?? 0, PackedLinear.WholePanels(config.CondSize));
        _hidden = new((long)rows * _hiddenWidth);
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
        // Positions of one slot see each other's keys, and rows of one tile take no less time apart.
        _apart = predicts && _gpt.WeightBytes <= Cached && _count > PackedLinear.Tile && _count >= threads * LeastRows;
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

    /// <summary>A member's part of all layers.</summary>
    private void Walk(int member)
    {
        float* normed = _normed.Memory + (long)member * _mostRows * _width;
        var part = _apart ? new Part(Part.Of(_count, member, _team.Members), member, Shares: 1) : new(0.._count, member, _team.Members);
        if (_apart || member == 0) Embed(part.Rows);
        Meet();
        for (int i = 0; i < _gpt.Layers.Length; i++)
        {
            var layer = _gpt.Layers[i];
            // Each member normalises all rows for itself: that takes less than another barrier.
            Normalise(layer.Norm1, part, normed);
            Apply(layer.Project, part, normed, _width, _projected.Memory, Output.Store);
            Meet();
            Attend(i, part, layer.Project.Stride);
            Meet();
            Apply(layer.Join, part, _mixed.Memory, _width, _x.Memory, Output.Add);
            Meet();
            Normalise(layer.Norm2, part, normed);
            Apply(layer.Widen, part, normed, _width, _hidden.Memory, Output.Gelu);
            Meet();
            Apply(layer.Narrow, part, _hidden.Memory, _hiddenWidth, _x.Memory, Output.Add);
            Meet();
        }
        if (!_predicts) return;
        Normalise(_gpt.Norm, part, normed);
        Apply(_gpt.Head, part, normed, _width, _logits.Memory, Output.Store);
    }

    /// <summary>The next phase reads what this one has written, whoever did.</summary>
    private void Meet()
    {
        if (!_apart) _team.Barrier();
    }

    private void Embed(Range rows)
    {
        int size = _gpt.Config.CondSize;
        var (first, count) = rows.GetOffsetAndLength(_count);
        // Where these rows' own hidden values will be: other members may be further.
        float* conditions = _hidden.Memory + (long)first * _hiddenWidth, projected = _mixed.Memory + (long)first * _width;
        int known = 0;
        for (int row = first; row < first + count; row++)
        {
            if (_rows[row].Position == 0) _rows[row].Condition.CopyTo(new Span<float>(conditions + (long)known++ * size, size));
        }
        _gpt.Condition.Apply(conditions, size, known, projected, _width, Range.All, Output.Store);
        for (int row = first; row < first + count; row++)
        {
            var (_, position, code, _) = _rows[row];
            float* x = _x.Memory + (long)row * _width;
            if (position == 0)
            {
                new ReadOnlySpan<float>(projected, _width).CopyTo(new(x, _width));
                projected += _width;
            }
            _gpt.Embed(position == 0 ? null : code, position, x);
        }
    }

    private void Normalise(PackedNorm norm, Part part, float* normed)
    {
        var (first, count) = part.Rows.GetOffsetAndLength(_count);
        for (long row = first; row < first + count; row++) norm.Apply(_x.Memory + row * _width, normed + row * _width);
    }

    private void Apply(PackedLinear linear, Part part, float* x, int xStride, float* y, Output output)
    {
        var (first, count) = part.Rows.GetOffsetAndLength(_count);
        int yStride = output switch { Output.Add => _width, Output.Gelu => _hiddenWidth, _ => linear.Stride };
        linear.Apply(x + (long)first * xStride, xStride, count, y + (long)first * yStride, yStride, part.Share(linear.Panels), output);
    }

    /// <summary>Heads are shared among the members, of each slot by itself: rows of one slot see each other's keys.</summary>
    private void Attend(int layer, Part part, int stride)
    {
        int width = _gpt.Config.Width, heads = _gpt.Config.Heads, size = width / heads;
        float* scratch = _scratch.Memory + (long)part.Member * _scratchLength;
        // Apart, each row is of another slot, and rows and runs have the same numbers.
        var (firstRun, runs) = (_apart ? part.Rows : 0.._runs.Count).GetOffsetAndLength(_runs.Count);
        var (from, length) = part.Share(runs * heads).GetOffsetAndLength(runs * heads);
        from += firstRun * heads;
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

    public void Dispose()
    {
        _team.Dispose();
        foreach (var memory in new[] { _x, _projected, _mixed, _hidden, _logits, _normed, _scratch }) memory.Dispose();
        _cache.Dispose();
        _gpt.Dispose();
    }

    /// <summary>What a member computes: of these rows, one of so many equal shares of the outputs and heads.</summary>
    private readonly record struct Part(Range Rows, int Member, int Shares)
    {
        /// <summary>All of them where there is but one share.</summary>
        public Range Share(int outputs) => Of(outputs, Member % Shares, Shares);

        public static Range Of(int all, int number, int shares) => (int)((long)all * number / shares)..(int)((long)all * (number + 1) / shares);
    }
}
