namespace ClipGen;

/// <summary>What a device can be asked for.</summary>
[Flags]
public enum DeviceStages
{
    None = 0,

    /// <summary>Texts to embeddings.</summary>
    Encode = 1,

    /// <summary>Embeddings to codes.</summary>
    Sample = 2,

    /// <summary>Codes to images and scores.</summary>
    Decode = 4,

    All = Encode | Sample | Decode,
}

/// <summary>What is the same for all candidates of a request while they are sampled.</summary>
/// <param name="Embedding">As in <see cref="PromptEmbedding.Vector"/>.</param>
/// <param name="TraceParent">The generation's span (W3C trace context), for the spans of its candidates; null when nobody listens.</param>
/// <param name="ModelDigest">The version of the model: no other may draw it. Null: any.</param>
/// <param name="Previews">As in <see cref="Submission.Previews"/>: codes drawn so far are told at that many rows, of the first candidate.</param>
/// <param name="Tenant">Whose device time it takes; null where nobody says.</param>
/// <param name="Attempt">The generation's try of its candidates that this is, from 1; 0 where nobody says.</param>
[GenerateSerializer, Immutable, Alias("clipgen.SampleSpec")]
public sealed record SampleSpec(
    [property: Id(0)] string Model,
    [property: Id(1)] byte[] Embedding,
    [property: Id(2)] ulong Seed,
    [property: Id(3)] SamplingParameters Sampling,
    [property: Id(4)] string? TraceParent = null,
    [property: Id(5)] string? ModelDigest = null,
    [property: Id(6)] int Previews = 0,
    [property: Id(7)] string? Tenant = null,
    [property: Id(8)] int Attempt = 0);

/// <summary>Candidates of a generation that are still to be sampled.</summary>
/// <param name="Isolated">Runs of it have taken processes down: it gets a device to itself.</param>
/// <param name="Avoid">Devices that have failed it; taken only if there is no other.</param>
/// <param name="Drawn">As <see cref="SampleWork.Drawn"/>.</param>
[GenerateSerializer, Immutable, Alias("clipgen.SampleOrder")]
public sealed record SampleOrder(
    [property: Id(0)] string GenerationId,
    [property: Id(1)] string Tenant,
    [property: Id(2)] GenerationPriority Priority,
    [property: Id(3)] SampleSpec Spec,
    [property: Id(4)] IReadOnlyList<int> Candidates,
    [property: Id(5)] bool Isolated,
    [property: Id(6)] IReadOnlyList<string> Avoid,
    [property: Id(7)] IReadOnlyList<DrawnCodes>? Drawn = null);

/// <param name="Ahead">Sequences that wait before the generation's last one; 0 when all of it runs.</param>
/// <param name="ExpectedIn">Estimated time until its last candidate is sampled; null while there is no device.</param>
[GenerateSerializer, Immutable, Alias("clipgen.QueuePlace")]
public sealed record QueuePlace([property: Id(0)] int Ahead, [property: Id(1)] TimeSpan? ExpectedIn);

/// <summary>What a device's silo tells the gateway of one of its models.</summary>
/// <param name="Key"><c>silo/device</c>.</param>
/// <param name="Kind"><c>cpu</c>, <c>cuda</c> or <c>sim</c>.</param>
/// <param name="Incarnation">The process; another one under the same key means that the old one is gone with all it ran.</param>
/// <param name="LastDispatch">Number of the latest dispatch that has arrived, so that the gateway knows what <paramref name="Active"/> reflects.</param>
/// <param name="Active">What waits or runs there.</param>
/// <param name="Draining">Takes no more sequences.</param>
/// <param name="SecondsPerCandidate">Latest mean time from slot to codes; 0 before the first.</param>
/// <param name="Trouble">Why the device is out of service; null when it is not.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DeviceReport")]
public sealed record DeviceReport(
    [property: Id(0)] string Key,
    [property: Id(1)] string Kind,
    [property: Id(2)] int Slots,
    [property: Id(3)] ModelDescription Model,
    [property: Id(4)] DeviceStages Stages,
    [property: Id(5)] Guid Incarnation,
    [property: Id(6)] long LastDispatch,
    [property: Id(7)] IReadOnlyList<SequenceGroup> Active,
    [property: Id(8)] bool Draining,
    [property: Id(9)] double SecondsPerCandidate,
    [property: Id(10)] string? Trouble);

/// <summary>Some candidates of one generation.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.SequenceGroup")]
public sealed record SequenceGroup([property: Id(0)] string GenerationId, [property: Id(1)] IReadOnlyList<int> Candidates)
{
    /// <summary>A group for each generation, its candidates in order.</summary>
    public static SequenceGroup[] Of(IEnumerable<(string Generation, int Candidate)> sequences) =>
        [.. sequences.GroupBy(s => s.Generation).Select(g => new SequenceGroup(g.Key, [.. g.Select(s => s.Candidate).Order()]))];
}

/// <param name="Device"><c>silo/device</c>.</param>
/// <param name="Freed">Sequences that have left it, with codes or without.</param>
/// <param name="SecondsPerCandidate">As in <see cref="DeviceReport"/>.</param>
/// <param name="Leaving">Sequences that are about to leave it: whoever takes their places may set out. Null for none.</param>
[GenerateSerializer, Immutable, Alias("clipgen.SlotsFreed")]
public sealed record SlotsFreed(
    [property: Id(0)] string Device,
    [property: Id(1)] IReadOnlyList<SequenceGroup> Freed,
    [property: Id(2)] double SecondsPerCandidate,
    [property: Id(3)] IReadOnlyList<SequenceGroup>? Leaving = null);

/// <summary>A device for one stage of a generation.</summary>
/// <param name="Key"><c>silo/device</c>.</param>
/// <param name="Process">As in <see cref="DeviceReport.Incarnation"/>.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DeviceChoice")]
public sealed record DeviceChoice([property: Id(0)] string Key, [property: Id(1)] Guid Process);

/// <summary>One model's devices and queue.</summary>
/// <param name="Recent">Null from gateways that do not measure it.</param>
[GenerateSerializer, Immutable, Alias("clipgen.GatewayStatus")]
public sealed record GatewayStatus(
    [property: Id(0)] IReadOnlyList<DeviceStatus> Devices,
    [property: Id(1)] int Waiting,
    [property: Id(2)] int Unfinished,
    [property: Id(3)] EtaErrorStatus EtaError,
    [property: Id(4)] RecentStatus? Recent = null);

/// <summary>What a model's devices have got done of late, as far as its gateway has heard since it was activated.</summary>
/// <param name="ImagesPerSecond">Images stored a second, over the last minute.</param>
/// <param name="LatencyP50">Half of the generations that completed within the last five minutes took no longer, in seconds from acceptance to end; null when there was none.</param>
/// <param name="LatencyP95">95 of 100 of them took no longer.</param>
[GenerateSerializer, Immutable, Alias("clipgen.RecentStatus")]
public sealed record RecentStatus([property: Id(0)] double ImagesPerSecond, [property: Id(1)] double? LatencyP50, [property: Id(2)] double? LatencyP95);

/// <param name="Free">Slots that could take a sequence now.</param>
[GenerateSerializer, Immutable, Alias("clipgen.DeviceStatus")]
public sealed record DeviceStatus(
    [property: Id(0)] string Key,
    [property: Id(1)] string Kind,
    [property: Id(2)] int Slots,
    [property: Id(3)] int Free,
    [property: Id(4)] DeviceStages Stages,
    [property: Id(5)] bool Draining,
    [property: Id(6)] string? Trouble);

/// <summary>How far the times given at acceptance were off: |predicted − actual| as a share of the actual time; null before the first.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.EtaErrorStatus")]
public sealed record EtaErrorStatus([property: Id(0)] long Count, [property: Id(1)] double? Mean, [property: Id(2)] double? Median, [property: Id(3)] double? P95);
