using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Layers;

/// <summary>
/// Numbers for libtorch that live as long as the process. TorchSharp 0.107 makes a native Scalar of every number it is given, of the 1 that a
/// sum of two tensors is scaled by as well, and leaves it to the garbage collector, which may free it while libtorch still reads it: seen
/// once on a busy machine, as an error of libtorch's in the middle of a step. It could as well have been another number.
/// </summary>
public static class Scalars
{
    private static readonly Scalar One = 1;

    internal static readonly Scalar Zero = 0;

    /// <summary>The factor of CLIP's own GELU.</summary>
    internal static readonly Scalar QuickGelu = 1.702;

    internal static readonly Scalar NegativeInfinity = float.NegativeInfinity;

    /// <summary>Their sum, as the operator has it.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);
}
