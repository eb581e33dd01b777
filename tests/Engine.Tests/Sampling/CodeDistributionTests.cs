using ClipGen.Engine.Sampling;

namespace ClipGen.Engine.Tests.Sampling;

public sealed class CodeDistributionTests
{
    private const double AlmostOne = 1 - 1.0 / (1UL << 53);

    private readonly CodeDistribution distribution = new();

    [Fact]
    public void Probabilities_sum_to_one_and_fall()
    {
        var random = new Random(7);
        float[] logits = [.. Enumerable.Range(0, 300).Select(_ => 10 * random.NextSingle())];

        Set(logits, topK: 120, topP: 0.97, temperature: 1.3);

        Assert.InRange(distribution.Count, 2, 119);
        Assert.Equal(1, distribution.Probabilities.ToArray().Sum(), 12);
        Assert.Equal(distribution.Probabilities.ToArray().OrderDescending(), distribution.Probabilities.ToArray());
        Assert.Equal(logits.Index().OrderByDescending(entry => entry.Item).Take(distribution.Count).Select(entry => entry.Index), distribution.Codes.ToArray());
    }

    [Fact]
    public void Top_k_above_the_rows_length_keeps_all()
    {
        Set([1, 3, 2], topK: 1000);

        Assert.Equal([1, 2, 0], distribution.Codes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-6)]
    public void Top_p_of_nothing_is_greedy(double topP)
    {
        Set([1, 2, 5, 4], topP: topP);

        Assert.Equal([2], distribution.Codes);
        Assert.Equal([1.0], distribution.Probabilities);
    }

    [Theory]
    [InlineData(4, 1.0, 4)]
    [InlineData(2, 1.0, 4)]   // ties with the k-th stay
    [InlineData(4, 0.5, 3)]   // 0.25, 0.5, and the first past it
    [InlineData(4, 0.0, 1)]
    public void Equal_logits_share_the_probability_and_keep_the_order_of_the_codes(int topK, double topP, int kept)
    {
        Set([2, 2, 2, 2], topK, topP);

        Assert.Equal(Enumerable.Range(0, kept), distribution.Codes.ToArray());
        Assert.All(distribution.Probabilities.ToArray(), p => Assert.Equal(1.0 / kept, p, 15));
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_codes()
    {
        Set([1, 5, 5, 5], temperature: 0);

        Assert.Equal([1], distribution.Codes);
    }

    [Fact]
    public void Codes_at_minus_infinity_are_never_drawn()
    {
        Set([float.NegativeInfinity, 1, float.NegativeInfinity, 1], topK: 3);

        Assert.Equal([1, 3], distribution.Codes);
        Assert.Equal(1, distribution.Draw(0));
        Assert.Equal(3, distribution.Draw(AlmostOne));
    }

    [Fact]
    public void One_entry_is_always_drawn()
    {
        Set([-7]);

        Assert.Equal([1.0], distribution.Probabilities);
        Assert.Equal(0, distribution.Draw(0));
        Assert.Equal(0, distribution.Draw(AlmostOne));
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(1f, float.NaN)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    public void Broken_logits_are_an_error_and_not_a_code(float first, float second)
    {
        Set([1, 2]);

        Assert.Throws<ArithmeticException>(() => Set([first, second]));
        Assert.Throws<ArithmeticException>(() => Set([first, second], temperature: 0));
    }

    /// <summary>Quotients past the range of a float: at this temperature nothing but the best has any weight.</summary>
    [Theory]
    [InlineData(5f, 4f, 3f)]
    [InlineData(-3f, -4f, -5f)]
    public void A_temperature_next_to_zero_is_greedy(float best, float second, float third)
    {
        Set([second, best, third], temperature: 1e-40);

        Assert.Equal([1], distribution.Codes);
        Assert.Equal(1, distribution.Draw(AlmostOne));
    }

    [Fact]
    public void Huge_logits_do_not_overflow()
    {
        Set([3e38f, 3e38f, -3e38f]);

        Assert.Equal([0.5, 0.5, 0], distribution.Probabilities);
    }

    [Fact]
    public void Draw_finds_the_code_that_the_number_falls_on()
    {
        Set([0, MathF.Log(2), 0]);   // 0.25, 0.5, 0.25; codes by falling probability: 1, 0, 2

        Assert.Equal(1, distribution.Draw(0));
        Assert.Equal(1, distribution.Draw(0.49));
        Assert.Equal(0, distribution.Draw(0.51));
        Assert.Equal(0, distribution.Draw(0.74));
        Assert.Equal(2, distribution.Draw(0.76));
        Assert.Equal(2, distribution.Draw(AlmostOne));
    }

    [Fact]
    public void A_boundary_belongs_to_the_next_code()
    {
        Set([0, 0]);

        Assert.Equal(0, distribution.Draw(Math.BitDecrement(0.5)));
        Assert.Equal(1, distribution.Draw(0.5));
    }

    /// <summary>Many probabilities may sum to a little less than 1.</summary>
    [Fact]
    public void A_number_past_the_sum_draws_the_last_code()
    {
        var random = new Random(3);
        for (int length = 2; length < 400; length++)
        {
            Set([.. Enumerable.Range(0, length).Select(_ => random.NextSingle())]);

            Assert.Equal(distribution.Codes[^1], distribution.Draw(AlmostOne));
            Assert.Equal(distribution.Codes[^1], distribution.Draw(1));
        }
    }

    [Fact]
    public void Frequencies_follow_the_probabilities()
    {
        const int Count = 40_000;
        Set([0, 1, 2, -1, 0.5f], topK: 4);
        int[] drawn = new int[5];
        for (int i = 0; i < Count; i++) drawn[distribution.Draw(CounterRandom.Uniform(11, 0, i))]++;

        Assert.Equal(0, drawn[3]);
        foreach (var (code, p) in distribution.Codes.ToArray().Zip(distribution.Probabilities.ToArray()))
            Assert.InRange(drawn[code], Count * p - 4 * Math.Sqrt(Count * p), Count * p + 4 * Math.Sqrt(Count * p));
    }

    [Fact]
    public void Rows_of_different_lengths_leave_nothing_behind()
    {
        Set([.. Enumerable.Range(0, 100).Select(i => (float)i)]);
        Set([3, 1, 2], topK: 2);

        Assert.Equal([0, 2], distribution.Codes);
    }

    private void Set(float[] logits, int topK = int.MaxValue, double topP = 1, double temperature = 1) => distribution.Set(logits, new(topK, topP, temperature));
}
