using ClipGen.Engine.Sampling;

namespace ClipGen.Engine.Tests.Sampling;

public sealed class CounterRandomTests
{
    /// <summary>The known answers that Random123 publishes for Philox4x32-10 (kat_vectors).</summary>
    [Fact]
    public void Philox_gives_the_published_answers()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), CounterRandom.Block(0, 0, 0, 0, 0, 0));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            CounterRandom.Block(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            CounterRandom.Block(0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344));
    }

    /// <summary>The key is the seed, low word first; the counter is (position, candidate, 0, 0); the number is the first two words' upper 53 bits.</summary>
    [Fact]
    public void A_number_is_made_of_the_first_two_words_of_its_block()
    {
        var (high, low, _, _) = CounterRandom.Block(0x89abcdef, 0x01234567, 200, 7, 0, 0);

        Assert.Equal((((ulong)high << 32) | low) >> 11, CounterRandom.Uniform(0x0123456789abcdef, 7, 200) * (1UL << 53));
    }

    /// <summary>A seed that someone has noted must go on making the same images; this is the published answer of the zero block.</summary>
    [Fact]
    public void The_first_number_of_seed_0_stays_what_it_is() => Assert.Equal(0x6627e8d5e169c58dUL >> 11, CounterRandom.Uniform(0, 0, 0) * (1UL << 53));

    [Theory]
    [InlineData("position")]
    [InlineData("candidate")]
    [InlineData("seed")]
    [InlineData("high half of the seed")]
    public void Numbers_along_one_coordinate_are_uniform(string along)
    {
        const int Bins = 64, Count = 64_000;
        int[] bins = new int[Bins];
        for (int i = 0; i < Count; i++) bins[(int)(At(along, i) * Bins)]++;

        Assert.InRange(ChiSquare(bins, Count), Low(Bins - 1), High(Bins - 1));
    }

    /// <summary>Pairs of neighbours fill the unit square evenly, and do not move together.</summary>
    [Theory]
    [InlineData("position")]
    [InlineData("candidate")]
    [InlineData("seed")]
    [InlineData("high half of the seed")]
    public void Neighbours_are_independent(string along)
    {
        const int Side = 16, Count = 64_000;
        int[] cells = new int[Side * Side];
        double correlation = 0;
        for (int i = 0; i < Count; i++)
        {
            double a = At(along, 2 * i), b = At(along, 2 * i + 1);
            cells[(int)(a * Side) * Side + (int)(b * Side)]++;
            correlation += (a - 0.5) * (b - 0.5) * 12 / Count;
        }

        Assert.InRange(ChiSquare(cells, Count), Low(Side * Side - 1), High(Side * Side - 1));
        Assert.InRange(correlation, -4 / Math.Sqrt(Count), 4 / Math.Sqrt(Count));
    }

    [Fact]
    public void Coordinates_are_not_interchangeable()
    {
        double[] numbers =
        [
            CounterRandom.Uniform(1, 0, 0), CounterRandom.Uniform(0, 1, 0), CounterRandom.Uniform(0, 0, 1),
            CounterRandom.Uniform(1UL << 32, 0, 0), CounterRandom.Uniform(0, 0, 0), CounterRandom.Uniform(ulong.MaxValue, int.MaxValue, int.MaxValue),
        ];

        Assert.Equal(numbers.Length, numbers.Distinct().Count());
        Assert.All(numbers, number => Assert.InRange(number, 0, Math.BitDecrement(1.0)));
    }

    private static double At(string along, int i) => along switch
    {
        "position" => CounterRandom.Uniform(42, 3, i),
        "candidate" => CounterRandom.Uniform(42, i, 3),
        "seed" => CounterRandom.Uniform((ulong)i, 3, 5),
        _ => CounterRandom.Uniform((ulong)i << 32, 3, 5),
    };

    private static double ChiSquare(int[] bins, int count)
    {
        double expected = (double)count / bins.Length;
        return bins.Sum(bin => (bin - expected) * (bin - expected) / expected);
    }

    // Four standard deviations of a chi-square with that many degrees of freedom, about its mean.
    private static double Low(int freedom) => freedom - 4 * Math.Sqrt(2.0 * freedom);

    private static double High(int freedom) => freedom + 4 * Math.Sqrt(2.0 * freedom);
}
