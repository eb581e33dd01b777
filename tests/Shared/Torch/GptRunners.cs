using ClipGen.Models.Gpt;
using static TorchSharp.torch;

namespace ClipGen.Tests;

/// <summary>Who computes a sampler's steps.</summary>
public enum GptRunners
{
    Libtorch,
    Kernels,
}

internal static class GptRunnersExtensions
{
    /// <param name="gpt">Is disposed with the runner, or before.</param>
    /// <param name="slots">All in one group.</param>
    public static IGptRunner Create(this GptRunners by, Gpt gpt, int slots, int threads = 1) => by switch
    {
        GptRunners.Libtorch => new TorchGptRunner(gpt, slots, slots, CPU),
        _ => new CpuGptRunner(CpuGpt.Take(gpt), slots, TorchGptRunner.RowsOf(slots), threads),
    };
}
