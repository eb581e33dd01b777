using ClipGen.Models.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Gpt;

/// <summary>
/// The weights of a <see cref="Gpt"/> as a CPU reads them fastest, position by position. A step of libtorch lays them out anew for each product, looks at all
/// positions however few there are, and rounds by processor and number of threads; this one does none of it.
/// </summary>
public sealed unsafe class CpuGpt : IDisposable
{
    private readonly AlignedFloats _codes;
    private readonly AlignedFloats _positions;

    private CpuGpt(Gpt gpt)
    {
        Config = gpt.Config;
        Width = PackedLinear.WholePanels(Config.Width);
        _codes = new((long)Config.VocabSize * Config.Width, zeroed: false);
        _positions = new((long)Config.BlockSize * Config.Width, zeroed: false);
        Tensors.CopyTo(gpt.tok_emb.weight!, _codes.Memory);
        Tensors.CopyTo(gpt.pos_emb, _positions.Memory);
        Condition = new(gpt.cond_proj.weight!, gpt.cond_proj.bias!);
        Norm = new(gpt.norm);
        Head = new(gpt.head.weight!, gpt.head.bias!);
        Layers = new Layer[Config.Layers];
        for (int i = 0; i < Layers.Length; i++) Layers[i] = Layer.Take(gpt, i);
        WeightBytes = Head.Bytes + Layers.Sum(layer => layer.Bytes);
    }

    public GptConfig Config { get; }

    /// <summary>Floats of a row of activations: the network's width in whole panels.</summary>
    internal int Width { get; }

    internal PackedLinear Condition { get; }

    internal Layer[] Layers { get; }

    internal PackedNorm Norm { get; }

    internal PackedLinear Head { get; }

    /// <summary>What a step reads, but for keys and values.</summary>
    internal long WeightBytes { get; }

    /// <summary>Takes over a network's weights.</summary>
    /// <param name="gpt">On the CPU; is disposed, each layer as soon as it is taken, so that there are never two of all.</param>
    public static CpuGpt Take(Gpt gpt)
    {
        using (gpt)
        using (no_grad()) return new(gpt);
    }

    /// <summary>What goes into the first layer: the code's embedding, or what is there already, and the position's.</summary>
    /// <param name="code">Null: <paramref name="x"/> holds the condition's projection.</param>
    /// <param name="x">A row of activations.</param>
    internal void Embed(int? code, int position, float* x)
    {
        int width = Config.Width;
        float* positions = _positions.Memory + (long)position * width, from = code is { } drawn ? _codes.Memory + (long)drawn * width : x;
        for (int i = 0; i < width; i++) x[i] = from[i] + positions[i];
        new Span<float>(x + width, Width - width).Clear();   // a row that met NaN leaves it there, too
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _codes.Dispose();
        _positions.Dispose();
        Condition.Dispose();
        Norm.Dispose();
        Head.Dispose();
        foreach (var layer in Layers) layer.Dispose();
    }

    /// <param name="Project">To queries, keys and values: E to 3E.</param>
    /// <param name="Join">Of the heads: E to E.</param>
    /// <param name="Widen">E to 4E.</param>
    /// <param name="Narrow">4E to E.</param>
    internal sealed record Layer(PackedNorm Norm1, PackedLinear Project, PackedLinear Join, PackedNorm Norm2, PackedLinear Widen, PackedLinear Narrow) : IDisposable
    {
        public long Bytes => Project.Bytes + Join.Bytes + Widen.Bytes + Narrow.Bytes;

        public static Layer Take(Gpt gpt, int layer)
        {
            using var from = gpt.Layer(layer);
            return new(
                new(from.norm1), new(from.self_attn.in_proj_weight, from.self_attn.in_proj_bias), new(from.self_attn.out_proj.weight!, from.self_attn.out_proj.bias!),
                new(from.norm2), new(from.linear1.weight!, from.linear1.bias!), new(from.linear2.weight!, from.linear2.bias!));
        }

        public void Dispose()
        {
            Norm1.Dispose();
            Project.Dispose();
            Join.Dispose();
            Norm2.Dispose();
            Widen.Dispose();
            Narrow.Dispose();
        }
    }
}
