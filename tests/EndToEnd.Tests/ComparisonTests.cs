using System.Text;
using ClipGen.Cli.Benchmarks;

namespace ClipGen.EndToEnd.Tests;

/// <summary>What a bench makes of its pairs.</summary>
public sealed class ComparisonTests : IDisposable
{
    private const double Promised = 0.95;

    private readonly List<int> _told = [];
    private readonly CancellationTokenSource _stop = new();

    // Student's t of 3 degrees of freedom is 2.35; the standard error of ratios 0.99, 1.01, 0.99, 1.01 is 0.00577.
    [Theory]
    [InlineData("holds", 0.99, 1.01, 0.99, 1.01)]
    [InlineData("broken", 0.89, 0.91, 0.89, 0.91)]
    [InlineData("not decided", 0.94, 0.96, 0.94, 0.96)]
    public async Task A_promise_is_decided_by_the_error_of_the_mean(string verdict, params double[] ratios)
    {
        var sut = await MeasureAsync(4, 4, ratios);

        Assert.Equal(verdict, Text(sut));
        Assert.Equal(0.00577, sut.StandardError!.Value, 5);
        Assert.Equal(2.35 * sut.StandardError.Value, sut.Margin!.Value, 9);
    }

    [Fact]
    public async Task Pairs_are_added_until_it_is_decided()
    {
        var sut = await MeasureAsync(2, 6, 0.95, 1.05, 1, 1, 1, 1);

        Assert.Equal("holds", Text(sut));
        Assert.Equal(4, sut.Pairs.Count);   // 1 ± 0.084 with three, 1 ± 0.048 with four
        Assert.Equal([1, 2, 3, 4], _told);
    }

    [Fact]
    public async Task An_interruption_keeps_the_whole_pairs_until_then()
    {
        var sut = await MeasureAsync(6, 6, 0.99, 1.01, 1);

        Assert.Equal(3, sut.Pairs.Count);
        Assert.Equal(4, _told.Count);
        Assert.Equal("not decided", Text(sut));
        Assert.StartsWith("not decided: interrupted, with with / without at full slots is 1.000 ± ", Assert.Single(new PairTable(sut, "without", "with", Promised).Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_pair_has_no_error_to_tell()
    {
        var sut = await MeasureAsync(6, 6, 0.99);

        Assert.Null(sut.Margin);
        Assert.Equal(Verdict.NotDecided, sut.Against(Promised));
        Assert.Contains("with / without at full slots is 0.990 in a single pair", Assert.Single(new PairTable(sut, "without", "with", Promised).Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ends_by_itself_is_no_interruption() =>
        await Assert.ThrowsAsync<OperationCanceledException>(() => Comparison.MeasureAsync(
            () => Task.FromResult(new FullSlots(1, 1, 1)), () => _told.Count < 3 ? Task.FromResult(new FullSlots(1, 1, 1)) : throw new OperationCanceledException(), 6, 6, Promised, _told.Add, _stop.Token));

    [Fact]
    public async Task An_interruption_before_the_first_pair_is_one() =>
        await Assert.ThrowsAsync<OperationCanceledException>(() => MeasureAsync(6, 6));

    // The ratios in turn; after the last of them, an interruption.
    private async Task<Comparison> MeasureAsync(int pairs, int mostPairs, params double[] ratios)
    {
        int pair = 0;
        Task<FullSlots> Measured(double rate) => Task.FromResult(new FullSlots(rate, Occupancy: 1, ProcessorTime: 1));
        Task<FullSlots> Next()
        {
            if (pair < ratios.Length) return Measured(ratios[pair++]);
            _stop.Cancel();
            throw new OperationCanceledException(_stop.Token);
        }
        return await Comparison.MeasureAsync(() => Measured(1), Next, pairs, mostPairs, Promised, _told.Add, _stop.Token);
    }

    public void Dispose() => _stop.Dispose();

    private static string Text(Comparison sut)
    {
        var text = new StringBuilder();
        new PairTable(sut, "without", "with", Promised).WriteVerdict(text);
        string said = text.ToString();
        return said.StartsWith("every promise holds", StringComparison.Ordinal) ? "holds" : said.StartsWith("does not hold", StringComparison.Ordinal) ? "broken" : said[..11];
    }
}
