namespace ClipGen.Training.Data;

/// <summary>
/// A small random stream that starts at (seed, index): sample i of a data set is the same whatever came before it, so a
/// resumed training sees what an undisturbed one would have. SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public struct SampleRandom(ulong seed, long index)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state = Mix(Mix(seed + Golden) ^ (ulong)index * Golden);

    public ulong NextBits() => Mix(state += Golden);

    /// <summary>0 ≤ x &lt; 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public double NextDouble(double from, double to) => from + (to - from) * NextDouble();

    /// <summary>0 ≤ x &lt; count.</summary>
    public int Next(int count) => (int)(NextDouble() * count);

    public bool Chance(double probability) => NextDouble() < probability;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
