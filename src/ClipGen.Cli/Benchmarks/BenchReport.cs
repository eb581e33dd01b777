using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What <c>clipgen bench cluster</c> prints, and which promises it found broken.</summary>
internal sealed record BenchReport(
    BenchSettings Settings, Saturation Full, ShortRequests Short, Fairness Equal, Fairness Three, WaitingTimes Waiting, IReadOnlyList<Saturation> Scaling)
{
    private const double LeastVersusIdeal = 0.97, LongestShortDelay = 1, Unfairness = 0.05;

    /// <summary>What a sequence may cost more in the larger cluster before the cost counts as growing faster than the devices: measurements differ by this much.</summary>
    private const double CostTolerance = 1.25;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <summary>A sentence for each promise that does not hold.</summary>
    public IReadOnlyList<string> Failures { get; } = [.. Broken(Full, Short, Equal, Three, Scaling)];

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{Settings.Devices} simulated devices of {Settings.SlotsPerDevice} slots; {Settings.Codes} codes at {Settings.StepMilliseconds:0.##} ms: a candidate takes {Settings.CandidateTime:0.##} s; {Settings.Candidates} candidates a request");
        Line($"one process on {Environment.ProcessorCount} processors; images and grain states stay in memory");
        Line($"");
        Line($"{"full slots: sequences a second",-48}{Full.Rate,10:0.0}   ideal {Full.IdealRate:0.0}");
        Line($"{"  share of the ideal",-48}{Full.VersusIdeal,10:0.000}   promised: at least {LeastVersusIdeal}");
        Line($"{"  processor time of a sequence, ms",-48}{Full.CpuMicrosecondsPerSequence / 1000,10:0.000}");
        Line($"{"short request under batch work: added delay, mean",-48}{Short.Mean,10:0.000}   candidate times");
        Line($"{"  95 of 100 at most",-48}{Short.P95,10:0.000}   promised: less than {LongestShortDelay}");
        Line($"{"two tenants of equal weight: got 1 :",-48}{1 / Equal.Got,10:0.000}   promised: 1 ± {Unfairness:0%}");
        Line($"{"two tenants of weights 3 and 1: got 3 :",-48}{3 / Three.Got,10:0.000}   promised: 1 ± {Unfairness:0%}");
        Line($"{$"70 % load on {Waiting.Slots} slots, {Waiting.Requests} requests: mean wait, s",-48}{Waiting.Mean,10:0.000}   M/D/c with these arrivals: {Waiting.Theory:0.000}");
        Line($"");
        Line($"{"devices",10}{"sequences/s",14}{"of the ideal",14}{"CPU µs/sequence",18}");
        foreach (var size in Scaling) Line($"{size.Devices,10}{size.Rate,14:0.0}{size.VersusIdeal,14:0.000}{size.CpuMicrosecondsPerSequence,18:0}");
        Line($"");
        foreach (string failure in Failures) Line($"does not hold: {failure}");
        if (Failures.Count == 0) Line($"every promise holds");
        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Settings.Devices,
            Slots = Settings.SlotsPerDevice,
            StepMs = Settings.StepMilliseconds,
            Settings.Codes,
            Settings.Candidates,
            Settings.Seconds,
            Processors = Environment.ProcessorCount,
            ThroughputVsIdeal = Full.VersusIdeal,
            SequencesPerSecond = Full.Rate,
            IdealSequencesPerSecond = Full.IdealRate,
            ShortRequests = Short.Count,
            ShortDelayCandidateTimesMean = Short.Mean,
            ShortDelayCandidateTimesP95 = Short.P95,
            fairness_1_1 = Equal.VersusWeight,
            fairness_3_1 = Three.VersusWeight,
            WaitingVsTheory = Waiting.VersusTheory,
            WaitingMeanSeconds = Waiting.Mean,
            WaitingTheorySeconds = Waiting.Theory,
            WaitingRequests = Waiting.Requests,
            GatewayCpuMsPerImage = Full.CpuMicrosecondsPerSequence / 1000,
            Scaling = Scaling.Select(size => new { size.Devices, SequencesPerSecond = size.Rate, ThroughputVsIdeal = size.VersusIdeal, CpuUsPerSequence = size.CpuMicrosecondsPerSequence }),
            PromisesHold = Failures.Count == 0,
            Failures,
        },
        Options) + "\n";

    private static IEnumerable<string> Broken(Saturation full, ShortRequests shortly, Fairness equal, Fairness three, IReadOnlyList<Saturation> scaling)
    {
        if (full.VersusIdeal < LeastVersusIdeal) yield return Say($"full slots give {full.VersusIdeal:0.000} of the ideal, less than {LeastVersusIdeal}");
        if (shortly.P95 >= LongestShortDelay) yield return Say($"a short request waits {shortly.P95:0.00} candidate times longer than in an idle cluster (95 of 100), not less than {LongestShortDelay}");
        foreach (var fairness in (Fairness[])[equal, three])
        {
            if (Math.Abs(fairness.VersusWeight - 1) > Unfairness) yield return Say($"tenants of weights {fairness.Weight} and 1 got {fairness.Got:0.00} to 1, more than {Unfairness:0%} off");
        }
        foreach (var (small, large) in scaling.Zip(scaling.Skip(1)))
        {
            if (large.CpuMicrosecondsPerSequence > CostTolerance * small.CpuMicrosecondsPerSequence)
                yield return Say($"a sequence costs {large.CpuMicrosecondsPerSequence:0} µs with {large.Devices} devices and {small.CpuMicrosecondsPerSequence:0} µs with {small.Devices}: more than in proportion");
        }
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
