namespace ClipGen.Training.Optimization;

/// <summary>
/// Linear warm-up from exactly 0, then half a cosine down to the least rate (the original's CosineLRWarmUp). Positions are
/// fractional epochs, or any other unit used throughout.
/// </summary>
public sealed record CosineWarmup(double Warmup, double End, double Rate, double LeastRate = 0)
{
    /// <summary>The learning rate at a position; beyond <see cref="End"/> the cosine goes on, as the original's does.</summary>
    public double At(double position) => position < Warmup
        ? Rate * position / Warmup
        : LeastRate + (Rate - LeastRate) * 0.5 * (1 + Math.Cos(Math.PI * (position - Warmup) / (End - Warmup)));
}
