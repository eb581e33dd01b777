using static TorchSharp.torch;

namespace ClipGen.Tests;

/// <summary>Comparisons of tensors that say how far apart they are; the test's output has the distance beside its tolerance.</summary>
internal static class TensorAssert
{
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        SameKind(expected, actual, what);
        Report(what, (expected.to(float64) - actual.to(float64)).abs(), tolerance);
    }

    /// <summary>Relative to each element's own magnitude, with a floor of a millionth of the largest.</summary>
    public static void CloseRelative(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        SameKind(expected, actual, what);
        var magnitude = expected.to(float64).abs();
        var scale = magnitude.clamp_min(magnitude.max().item<double>() * 1e-6 / tolerance);
        Report(what, (expected.to(float64) - actual.to(float64)).abs() / scale.clamp_min(1e-12), tolerance);
    }

    /// <summary>Bit for bit.</summary>
    public static void Same(Tensor expected, Tensor actual, string what)
    {
        using var scope = NewDisposeScope();
        SameKind(expected, actual, what);
        Assert.True(expected.dtype == actual.dtype, $"{what}: {actual.dtype} instead of {expected.dtype}.");
        Assert.True(expected.cpu().contiguous().bytes.SequenceEqual(actual.detach().cpu().contiguous().bytes), $"{what} differs in {expected.ne(actual).sum().item<long>()} of {expected.numel()} elements.");
    }

    private static void SameKind(Tensor expected, Tensor actual, string what) =>
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}].");

    private static void Report(string what, Tensor distances, double tolerance)
    {
        double largest = distances.max().item<double>();
        var line = $"{what}: {largest:0.0e+0} of {tolerance:0.0e+0}";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        // A NaN is no distance, and must not pass for a small one.
        Assert.True(largest <= tolerance, line);
    }
}
