namespace ClipGen.Engine.Sampling;

/// <summary>
/// The random number of one place in one candidate: a pure function of (seed, candidate, position), so that a code does not
/// depend on what ran before or beside it. Philox4x32-10 (Salmon et al., SC 2011), keyed by the seed.
/// </summary>
public static class CounterRandom
{
    private const int Rounds = 10;
    private const ulong Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <returns>0 ≤ u &lt; 1, a multiple of 2⁻⁵³.</returns>
    public static double Uniform(ulong seed, int candidate, int position)
    {
        var (a, b, _, _) = Block((uint)seed, (uint)(seed >> 32), (uint)position, (uint)candidate, 0, 0);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>One block of the generator: key (k0, k1), counter (c0 … c3), four 32-bit words.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint k0, uint k1, uint c0, uint c1, uint c2, uint c3)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = Multiplier0 * c0, p1 = Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (c0, c1, c2, c3);
    }
}
