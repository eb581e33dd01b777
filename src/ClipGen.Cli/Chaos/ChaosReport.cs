using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClipGen.Cli.Chaos;

/// <summary>What came of a run.</summary>
/// <param name="Lost">Accepted and not completed.</param>
/// <param name="NotAccepted">Not accepted however often they were sent.</param>
/// <param name="Resubmissions">Submissions that had no answer and were sent again; <paramref name="Resubmitted"/> generations had some.</param>
/// <param name="ResubmissionCauses">Their number for each kind of error.</param>
/// <param name="HadToBeAsked">Stood still until somebody asked for their status.</param>
/// <param name="StepsWastedPercent">Of all steps that sequences took, those whose codes went into no completed generation.</param>
/// <param name="DetectionP99S">From a kill -9 of a silo to its death in the cluster's list.</param>
/// <param name="HangDetectionP99S">The same from the moment it hangs; one that hung too shortly is not in it.</param>
/// <param name="RecoveryP99S">From a blow to the first completion of a generation that was submitted after it.</param>
/// <param name="KillRecoveryP99S">The same for kill -9 of a silo alone: one that hangs is not known to for as long as it may hang, and Redis takes its time to start.</param>
/// <param name="AddedP99S">What the blows added to the 99th percentile of the latency.</param>
internal sealed record ChaosReport(
    ulong Seed, double Seconds, int Generations, int Accepted, int Completed, int Lost, int Failed, int NotAccepted, int Duplicates, int HashMismatches,
    int Kills, IReadOnlyDictionary<string, int> Blows, int UnexpectedEnds, int Rejoined, int TemporaryFiles, int Resubmissions, int Resubmitted, IReadOnlyDictionary<string, int> ResubmissionCauses, int HadToBeAsked, int Retried,
    double? StepsWastedPercent, double? DetectionP50S, double? DetectionP99S, double? HangDetectionP99S, double? RecoveryP50S, double? RecoveryP99S, double? KillRecoveryP50S, double? KillRecoveryP99S,
    double? CalmP50S, double? CalmP99S, double? LatencyP50S, double? LatencyP99S, double? AddedP99S, IReadOnlyList<string> Errors)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    [JsonIgnore]
    public bool IsWell => Lost == 0 && Duplicates == 0 && HashMismatches == 0;

    public static ChaosReport Of(ulong seed, double seconds, IReadOnlyList<SentGeneration> calm, IReadOnlyList<SentGeneration> stormy, IReadOnlyList<DealtBlow> blows, StoreComparison store, long steps, int unexpectedEnds, int rejoined)
    {
        SentGeneration[] all = [.. calm, .. stormy];
        int accepted = all.Count(g => g.Id is not null), completed = all.Count(g => g.IsCompleted);
        var calmLatencies = Latencies(calm);
        var stormyLatencies = Latencies(stormy);
        // Every candidate of a completed generation was drawn once to some use; a device that was killed or taken for dead drew in vain.
        long needed = all.Where(g => g.IsCompleted).Sum(g => (long)g.Request.Candidates * SimulatedWorld.Options.CodesPerImage);
        var causes = all.SelectMany(g => g.Resubmissions).GroupBy(cause => cause).OrderByDescending(g => g.Count()).ToDictionary(g => g.Key, g => g.Count());
        double[] Recoveries(IEnumerable<DealtBlow> of) => [.. of.Select(b => all.Where(g => g.SubmittedAt >= b.At).Min(g => g.StoredAt - b.At)).OfType<double>().Order()];
        double[] recoveries = Recoveries(blows), killRecoveries = Recoveries(blows.Where(b => b.Blow == Blow.Kill));
        double[] detections = Detections(blows.Where(b => b.Blow == Blow.Kill)), hangs = Detections(blows.Where(b => b.Blow is Blow.Hang or Blow.HangThenKill));
        return new(
            seed, Round(seconds)!.Value, all.Length, accepted, completed, accepted - completed, all.Count(g => g.Status?.State == GenerationState.Failed), all.Length - accepted, store.Duplicates, store.HashMismatches,
            blows.Count, blows.GroupBy(b => b.Blow).ToDictionary(b => b.Key.ToString(), b => b.Count()), unexpectedEnds, rejoined, store.TemporaryFiles,
            all.Sum(g => g.Resubmissions.Count), all.Count(g => g.Resubmissions.Count > 0), causes, all.Count(g => g.HadToBeAsked), all.Count(g => g.Status?.Retries > 0),
            steps == 0 ? null : Round(100.0 * (steps - needed) / steps), Percentile(detections, 0.5), Percentile(detections, 0.99), Percentile(hangs, 0.99), Percentile(recoveries, 0.5), Percentile(recoveries, 0.99), Percentile(killRecoveries, 0.5), Percentile(killRecoveries, 0.99),
            Percentile(calmLatencies, 0.5), Percentile(calmLatencies, 0.99), Percentile(stormyLatencies, 0.5), Percentile(stormyLatencies, 0.99),
            Round(Percentile(stormyLatencies, 0.99) - Percentile(calmLatencies, 0.99)),
            [.. all.Select(g => g.Status?.Error).OfType<string>().Distinct()]);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    public string ToText()
    {
        var text = new StringBuilder();
        void Row(string name, object? value) => text.Append(CultureInfo.InvariantCulture, $"{name,-44}{value ?? "–",10}\n");
        Row("generations", Generations);
        Row("  accepted", Accepted);
        Row("  completed", Completed);
        Row("  lost (accepted and not completed)", Lost);
        Row("duplicates", Duplicates);
        Row("hash mismatches", HashMismatches);
        foreach (var (blow, count) in Blows) Row($"blows: {blow}", count);
        Row("processes that ended by themselves", UnexpectedEnds);
        Row("times this process was taken for dead", Rejoined);
        Row("generations whose submission was sent again", Resubmitted);
        Row("submissions sent again", Resubmissions);
        foreach (var (cause, count) in ResubmissionCauses) Row($"  after {cause}", count);
        Row("generations that were retried", Retried);
        Row("generations that had to be asked", HadToBeAsked);
        Row("steps wasted, %", StepsWastedPercent);
        Row("silo's death known after, p50 / p99, s", $"{DetectionP50S} / {DetectionP99S}");
        Row("hanging silo taken for dead after, p99, s", HangDetectionP99S);
        Row("recovered after, p50 / p99, s", $"{RecoveryP50S} / {RecoveryP99S}");
        Row("  from a silo's death, p50 / p99, s", $"{KillRecoveryP50S} / {KillRecoveryP99S}");
        Row("latency undisturbed, p50 / p99, s", $"{CalmP50S} / {CalmP99S}");
        Row("latency, p50 / p99, s", $"{LatencyP50S} / {LatencyP99S}");
        Row("added p99, s", AddedP99S);
        Row("seconds in all", Seconds);
        foreach (string error in Errors) text.Append("error: ").Append(error).Append('\n');
        return text.ToString();
    }

    private static double[] Detections(IEnumerable<DealtBlow> blows) => [.. blows.Select(b => b.DetectedAfter).OfType<double>().Order()];

    private static double[] Latencies(IReadOnlyList<SentGeneration> generations) => [.. generations.Select(g => g.Latency).OfType<double>().Order()];

    private static double? Percentile(double[] ordered, double share) => ordered.Length == 0 ? null : Round(ordered[(int)Math.Ceiling(share * ordered.Length) - 1]);

    private static double? Round(double? value) => value is { } v ? Math.Round(v, 3) : null;
}
