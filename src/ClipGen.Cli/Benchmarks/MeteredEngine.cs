using System.Diagnostics;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Telemetry;

namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// A device whose sampled sequences are counted, or its steps. Nothing else is: a counter costs nothing, an event stream for each
/// generation would.
/// </summary>
internal sealed class MeteredEngine(IDeviceEngine inner, SampleMeter? samples = null, StepMeter? steps = null) : IDeviceEngine
{
    public DeviceInfo Device => inner.Device;

    public EngineModel Model => inner.Model;

    public Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken) => inner.EncodeAsync(prompt, referenceQuirks, cancellationToken);

    public Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken) => inner.EncodeImageAsync(file, cancellationToken);

    public async Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
    {
        var sampled = await inner.SampleAsync(job, Counted(onStep), cancellationToken);
        samples?.Sampled(job.Seed);
        return sampled;
    }

    public Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken) => inner.DecodeAndRankAsync(job, cancellationToken);

    public Task<byte[]?> PreviewAsync(PreviewJob job, CancellationToken cancellationToken) => inner.PreviewAsync(job, cancellationToken);

    public void Observe(IStepObserver? observer) => inner.Observe(observer);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Action<int>? Counted(Action<int>? onStep)
    {
        if (steps?.Follow() is not { } count) return onStep;
        return drawn =>
        {
            count();
            onStep?.Invoke(drawn);
        };
    }
}

/// <summary>Counts sampled sequences by who submitted them: a seed's upper half is the stream it belongs to.</summary>
internal sealed class SampleMeter
{
    private readonly long[] _sampled = new long[8];
    private readonly System.Collections.Concurrent.ConcurrentDictionary<ulong, TaskCompletionSource<long>> _watched = [];

    public static ulong Seed(int stream, long number) => ((ulong)stream << 32) | (uint)number;

    public long Of(int stream) => Interlocked.Read(ref _sampled[stream]);

    /// <summary>Timestamp at which the request with this seed, of one candidate, has been sampled.</summary>
    public Task<long> Watch(ulong seed) => _watched.GetOrAdd(seed, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Sampled(ulong seed)
    {
        Interlocked.Increment(ref _sampled[(int)(seed >> 32)]);
        if (_watched.TryRemove(seed, out var watcher)) watcher.TrySetResult(Stopwatch.GetTimestamp());
    }
}
