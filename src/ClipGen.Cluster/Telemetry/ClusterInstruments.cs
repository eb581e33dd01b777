using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClipGen.Cluster.Telemetry;

/// <summary>
/// This assembly's source and meter, named after it. Counters that only trouble moves are there from the start, at 0: a dashboard must
/// tell "none" from "not measured".
/// </summary>
public sealed class ClusterInstruments
{
    public const string Name = "ClipGen.Cluster";

    /// <summary>Attributes of more than one instrument.</summary>
    public const string ModelKey = "gen_ai.request.model", StageKey = "clipgen.stage", SiloKey = "clipgen.silo", DeviceKey = "hw.id", TenantKey = "clipgen.tenant";

    internal static readonly ActivitySource Source = new(Name);

    /// <summary>Boundaries of whatever takes as long as a generation may.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    };

    /// <summary>Boundaries of whatever somebody waits to see.</summary>
    private static readonly InstrumentAdvice<double> FirstSeconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly InstrumentAdvice<double> Scores = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, 21).Select(i => i * 0.025)],
    };

    private static readonly InstrumentAdvice<double> Errors = new() { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10] };

    private readonly Counter<long> _images, _tokens, _stepsWasted, _storeRetries;
    private readonly Counter<double> _deviceTime;
    private readonly UpDownCounter<long> _queueDepth, _unstored;

    public ClusterInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(Name);
        RequestDuration = meter.CreateHistogram("gen_ai.server.request.duration", "s", "A generation, from acceptance to its end", advice: Seconds);
        TimeToFirstToken = meter.CreateHistogram("gen_ai.server.time_to_first_token", "s", "From a generation's acceptance to the first news of codes being drawn", advice: FirstSeconds);
        FirstPreviewDuration = meter.CreateHistogram("clipgen.first_preview.duration", "s", "From a generation's acceptance to its first preview", advice: FirstSeconds);
        StageDuration = meter.CreateHistogram("clipgen.stage.duration", "s", "One stage of a generation as the generation saw it", advice: Seconds);
        QueueDuration = meter.CreateHistogram("clipgen.queue.duration", "s", "From a generation's first candidate in the queue to its first candidate in a slot", advice: Seconds);
        RerankScore = meter.CreateHistogram("clipgen.rerank.score", "1", "Cosine similarity of a candidate and its prompt", advice: Scores);
        EtaError = meter.CreateHistogram("clipgen.eta.error", "1", "How far the time given at acceptance was off, as a share of the actual time", advice: Errors);
        _queueDepth = meter.CreateUpDownCounter<long>("clipgen.queue.depth", "{sequence}", "Candidates that wait for a slot");
        _images = meter.CreateCounter<long>("clipgen.images", "{image}", "Images asked for, by how their generation ended");
        _unstored = meter.CreateUpDownCounter<long>("clipgen.images.unstored", "{image}", "Images that are being decoded, or are drawn and not stored yet");
        _tokens = meter.CreateCounter<long>("clipgen.tokens", "{token}", "Codes drawn, by how their generation ended");
        _deviceTime = meter.CreateCounter<double>("clipgen.device.time", "s", "Time of a device that requests used, whatever became of them");
        _stepsWasted = meter.CreateCounter<long>("clipgen.steps.wasted", "{step}", "Steps of candidates whose codes nobody got");
        _storeRetries = meter.CreateCounter<long>("clipgen.store.retries", "{try}", "Tries of the image store that failed and were followed by another");
        foreach (string reason in (string[])[WasteReason.Cancelled, WasteReason.HandedBack, WasteReason.Failed, WasteReason.Lost, WasteReason.Duplicate]) Wasted(0, reason);
        _storeRetries.Add(0);
        _unstored.Add(0);
    }

    internal Histogram<double> RequestDuration { get; }

    internal Histogram<double> TimeToFirstToken { get; }

    internal Histogram<double> FirstPreviewDuration { get; }

    internal Histogram<double> StageDuration { get; }

    internal Histogram<double> QueueDuration { get; }

    internal Histogram<double> RerankScore { get; }

    internal Histogram<double> EtaError { get; }

    /// <summary>Time of a device that a tenant's request used.</summary>
    public void DeviceTime(string silo, string device, string tenant, double seconds)
    {
        if (seconds >= 0) _deviceTime.Add(seconds, new(SiloKey, silo), new(DeviceKey, device), new(TenantKey, tenant));
    }

    /// <param name="reason">Of <see cref="WasteReason"/>.</param>
    public void Wasted(long steps, string reason) => _stepsWasted.Add(steps, new KeyValuePair<string, object?>("reason", reason));

    internal void StoreRetried() => _storeRetries.Add(1);

    internal void UnstoredChanged(int by) => _unstored.Add(by);

    internal void QueueChanged(string model, GenerationPriority priority, int by) => _queueDepth.Add(by, new(ModelKey, model), new("clipgen.priority", Lower(priority)));

    /// <summary>A model is served here: what may happen to its generations has not happened yet.</summary>
    internal void Introduce(string model)
    {
        foreach (var outcome in (GenerationState[])[GenerationState.Completed, GenerationState.Failed, GenerationState.Cancelled]) Ended(model, outcome, 0, 0);
        foreach (var priority in Enum.GetValues<GenerationPriority>()) QueueChanged(model, priority, 0);
    }

    internal void Ended(string model, GenerationState outcome, int images, long codes)
    {
        KeyValuePair<string, object?> of = new(ModelKey, model), how = new("outcome", Lower(outcome));
        _images.Add(images, of, how);
        _tokens.Add(codes, of, how);
    }

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
