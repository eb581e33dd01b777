using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClipGen.Cli.Benchmarks;

/// <summary>How a <see cref="Comparison"/> is told: its table, and what it means for the promise.</summary>
/// <param name="Without">A word for what is compared with, for example "unseen".</param>
/// <param name="With">A word for what is measured.</param>
/// <param name="Promised">The least that their ratio is to be.</param>
internal sealed record PairTable(Comparison Compared, string Without, string With, double Promised)
{
    public Verdict Verdict { get; } = Compared.Against(Promised);

    /// <summary>The verdict as JSON has it: holds, broken, not_decided.</summary>
    public string VerdictName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Verdict.ToString());

    /// <summary>A sentence where the promise does not hold, or it cannot be said whether it does.</summary>
    public IReadOnlyList<string> Failures => Verdict switch
    {
        Verdict.Holds => [],
        _ when Compared.Interrupted => [Say($"not decided: interrupted, with {Measured}")],
        Verdict.Broken => [Say($"does not hold: {Measured}, less than {Promised}")],
        _ => [Say($"not decided: {Measured}, and that is not surely above or below {Promised}; measure more pairs (--max-pairs), longer ones (--seconds), or on a quieter machine")],
    };

    private string Measured => Say($"{With} / {Without} at full slots is {Compared.Ratio:0.000} {(Compared.Margin is { } margin ? Say($"± {margin:0.000}") : "in a single pair")}");

    public void Write(StringBuilder text)
    {
        void Line(FormattableString line) => text.Append(Say(line)).Append('\n');
        Line($"{"full slots: requests a second",-32}{Without,14}{With,12}{$"{With} / {Without}",24}");
        foreach (var (pair, number) in Compared.Pairs.Select((pair, i) => (pair, i + 1)))
            Line($"{$"  pair {number}",-32}{pair.Without.Rate,14:0.000}{pair.With.Rate,12:0.000}{Compared.Ratios[number - 1],24:0.000}");
        Line($"{"  mean",-32}{Compared.WithoutRate,14:0.000}{Compared.WithRate,12:0.000}{Compared.Ratio,24:0.000}   promised: at least {Promised}");
        if (Compared.StandardError is { } error) Line($"{"  standard error of the mean",-58}{error,24:0.000}   95 % to one side: ± {Compared.Margin:0.000}");
        Line($"{"  share of the slots in use",-32}{Compared.WithoutOccupancy,14:0.000}{Compared.WithOccupancy,12:0.000}");
        Line($"{"  processor time of a request, s",-32}{Compared.WithoutProcessorTime,14:0.000}{Compared.WithProcessorTime,12:0.000}{Compared.WithProcessorTime / Compared.WithoutProcessorTime,24:0.000}");
    }

    public void WriteVerdict(StringBuilder text)
    {
        foreach (string failure in Failures) text.Append(failure).Append('\n');
        if (Failures.Count == 0) text.Append("every promise holds\n");
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
