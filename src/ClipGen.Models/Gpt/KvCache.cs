using ClipGen.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Gpt;

/// <summary>
/// Keys and values of a fixed batch of slots. Every sequence has the same length, so all slots are equal: nothing grows and
/// nothing is paged. A slot's next sequence sees only positions it has written itself; what its last one left behind has no
/// weight, as long as that is finite.
/// </summary>
public sealed class KvCache : IDisposable
{
    private readonly Tensor[] keys;
    private readonly Tensor[] values;
    private readonly Tensor starts;
    private readonly Tensor timeline;

    /// <param name="slots">Rows of every step, S.</param>
    public KvCache(GptConfig config, int slots, Device device, ScalarType dtype = ScalarType.Float32)
    {
        Slots = slots;
        Heads = config.Heads;
        BlockSize = config.BlockSize;
        HeadSize = config.Width / config.Heads;
        long[] shape = [(long)slots * Heads * BlockSize, HeadSize];
        keys = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        values = [.. Enumerable.Range(0, config.Layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
        starts = (arange(slots * Heads, int64, device) * BlockSize).view(slots, Heads).DetachFromDisposeScope();
        timeline = arange(BlockSize, int64, device).unsqueeze(0).DetachFromDisposeScope();
    }

    public int Slots { get; }

    public int BlockSize { get; }

    public int Heads { get; }

    public int HeadSize { get; }

    /// <summary>Where head h of slot s writes its position t in a layer's flat rows: (s × heads + h) × block + t.</summary>
    /// <param name="slot">The slot of all positions; null for one each.</param>
    internal Tensor Rows(Tensor positions, int? slot) => (slot is { } one ? starts[one] : starts).Plus(positions.unsqueeze(1)).flatten(); // [S · H]

    /// <summary>0 where a slot may look (its own positions up to now), −∞ elsewhere: [S, 1, 1, T].</summary>
    internal Tensor Mask(Tensor positions, ScalarType dtype)
    {
        var future = timeline.greater(positions.unsqueeze(1));                                                       // [S, T]
        return zeros([Slots, BlockSize], dtype, positions.device).masked_fill_(future, Scalars.NegativeInfinity).view(Slots, 1, 1, BlockSize);
    }

    /// <summary>Writes one position a row, [S, H, 1, D], and returns all that the rows' slots have: [S, H, T, D] each.</summary>
    /// <param name="slot">The slot of all rows; null for one each.</param>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor rows, Tensor key, Tensor value, int? slot)
    {
        keys[layer].index_copy_(0, rows, key.reshape(-1, HeadSize));
        values[layer].index_copy_(0, rows, value.reshape(-1, HeadSize));
        return (View(keys[layer], slot), View(values[layer], slot));
    }

    /// <summary>Empties a slot. Once its sequence has met a NaN or an infinity, the next one would, too: 0 × NaN is NaN.</summary>
    public void Clear(int slot)
    {
        using var scope = NewDisposeScope();
        long rows = (long)Heads * BlockSize;
        foreach (var tensor in keys.Concat(values)) tensor.narrow(0, slot * rows, rows).zero_();
    }

    private Tensor View(Tensor flat, int? slot)
    {
        var all = flat.view(Slots, Heads, BlockSize, HeadSize);
        // Copied, so that products see the layout that they see when every row has its own slot.
        return slot is { } one ? all[one].expand(Slots, Heads, BlockSize, HeadSize).contiguous() : all;
    }

    public void Dispose()
    {
        foreach (var tensor in keys.Concat(values)) tensor.Dispose();
        starts.Dispose();
        timeline.Dispose();
    }
}
