namespace ClipGen.Engine.Devices;

/// <summary>
/// What a CPU device does beside its sampler, and how much at once. An image's or a text's last bits would depend on the number of threads that
/// share it (a convolution or a large product is split over them), so each is computed by one; and a sampler's step gains so little from the last
/// of its threads that both are done sooner side by side than one after the other.
/// </summary>
/// <param name="Most">Pieces at once while there is nothing to sample; from 1.</param>
/// <param name="Beside">Pieces at once while there is, asked for before each step; from 1.</param>
/// <param name="Enter">Runs first on a piece's thread; what it returns is disposed when the piece has ended.</param>
internal sealed record CpuLending(int Most, Func<int> Beside, Func<IDisposable> Enter)
{
    /// <summary>
    /// So many that wait stop the sampler, but for a step after each that has ended: else the sampler might draw faster than images can be
    /// decoded, and requests would wait ever longer for their pixels.
    /// </summary>
    public int Behind => 2 * Most;
}
