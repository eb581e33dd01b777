using ClipGen.Models.Kernels;

namespace ClipGen.Models.Gpt;

/// <summary>Keys and values of all slots, heads and layers, as <see cref="CausalAttention"/> reads them. Nothing is cleared: a sequence reads only positions that it has filled.</summary>
internal sealed unsafe class CpuKvCache : IDisposable
{
    private readonly AlignedFloats[] _keys;
    private readonly AlignedFloats[] _values;
    private readonly CausalAttention _attention;
    private readonly int _heads;

    public CpuKvCache(GptConfig config, int slots, CausalAttention attention)
    {
        (_attention, _heads) = (attention, config.Heads);
        long heads = (long)slots * _heads;
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => new AlignedFloats(heads * attention.KeyLength, zeroed: false))];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => new AlignedFloats(heads * attention.ValueLength, zeroed: false))];
    }

    public float* Keys(int layer, int slot, int head) => _keys[layer].Memory + ((long)slot * _heads + head) * _attention.KeyLength;

    public float* Values(int layer, int slot, int head) => _values[layer].Memory + ((long)slot * _heads + head) * _attention.ValueLength;

    public void Dispose()
    {
        foreach (var memory in _keys.Concat(_values)) memory.Dispose();
    }
}
