using System.Diagnostics;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Stages;

/// <summary>Codes to pixels, one image at a time: batches gain nothing on a CPU, and a single shape keeps results equal.</summary>
internal sealed class VqganDecodeStage(Vqgan vqgan, Device device)
{
    /// <returns>[1, 3, R, R], about [−1, 1], not clamped; and the seconds it took.</returns>
    public (Tensor Pixels, double Seconds) Decode(int[] codes)
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        int grid = vqgan.Config.Grid;
        var pixels = vqgan.decode_codes(tensor(Array.ConvertAll(codes, code => (long)code), [1, grid, grid]).to(device)).to(ScalarType.Float32);
        return (pixels.MoveToOuterDisposeScope(), Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
