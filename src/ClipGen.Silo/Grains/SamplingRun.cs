using System.Threading.Channels;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Telemetry;

namespace ClipGen.Silo.Grains;

/// <summary>
/// One sampling call at work. Progress that the reader has no room for is dropped, codes wait for room. Disposing stops
/// what still runs and waits until the engine has let go of it.
/// </summary>
internal sealed class SamplingRun : IAsyncDisposable
{
    private const int Room = 256;

    private readonly Channel<SampleProgress> _channel = Channel.CreateBounded<SampleProgress>(new BoundedChannelOptions(Room) { SingleReader = true });
    private readonly IDeviceEngine _engine;
    private readonly DeviceKey _device;
    private readonly SampleRequest _request;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly Task _work;

    public SamplingRun(IDeviceEngine engine, DeviceKey device, SampleRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        (_engine, _device, _request, _time) = (engine, device, request, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _work = SampleAllAsync();
    }

    public IAsyncEnumerable<SampleProgress> ReadAllAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAllAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private async Task SampleAllAsync()
    {
        float[] embedding = Vectors.ToFloats(_request.Embedding);
        Exception? failure = null;
        await Task.WhenAll(Enumerable.Range(_request.FirstCandidate, _request.Count).Select(SampleOrStopAsync));
        _channel.Writer.Complete(failure);

        async Task SampleOrStopAsync(int candidate)
        {
            try
            {
                await SampleAsync(candidate, embedding);
            }
            catch (Exception e)
            {
                // The first is the cause; it stops the others, whose cancellation is not news.
                Interlocked.CompareExchange(ref failure, e, null);
                await _stop.CancelAsync();
            }
        }
    }

    private async Task SampleAsync(int candidate, float[] embedding)
    {
        using var span = SiloTelemetry.Start("clipgen.sample", "sample", _device)?.SetTag("clipgen.candidate.index", candidate);
        try
        {
            var (topK, topP, temperature) = _request.Sampling;
            var pacer = new ProgressPacer(_engine.Model.CodesPerImage, _time);
            var sampled = await _engine.SampleAsync(
                new(embedding, _request.Seed, candidate, new(topK, topP, temperature)),
                step =>
                {
                    if (pacer.IsDue(step)) _channel.Writer.TryWrite(new(candidate, step, null, 0));
                },
                _stop.Token);
            span?.SetTag("clipgen.device_seconds", sampled.DeviceSeconds).SetTag("gen_ai.usage.output_tokens", sampled.Codes.Length);
            await _channel.Writer.WriteAsync(new(candidate, sampled.Codes.Length, Vectors.ToBytes(sampled.Codes), sampled.DeviceSeconds), _stop.Token);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }
}
