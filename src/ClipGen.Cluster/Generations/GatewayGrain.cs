using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// The door of one model. Here is what callers and generations ask of it; GatewayGrain.Devices.cs hears from devices,
/// GatewayGrain.Pump.cs gives them work, GatewayGrain.Models.cs knows the model's versions,
/// GatewayGrain.Retention.cs removes what has been kept long enough, GatewayGrain.Metrics.cs counts.
/// </summary>
[Reentrant, GatewayRole]
internal sealed partial class GatewayGrain(
    IClusterMembershipService membership, IOptions<QueueOptions> options, IOptions<GenerationOptions> generations, ClusterInstruments instruments, TimeProvider time, ILogger<GatewayGrain> logger)
    : Grain, IGatewayGrain
{
    private readonly DeviceTable _devices = new(time);
    private readonly FairQueue _queue = new(options.Value, time);
    private readonly Dictionary<string, SampleOrder> _orders = [];
    private readonly UnfinishedTable _unfinished = new(time);
    private readonly CandidateTime _candidateTime = new(prior: 5);
    private readonly EtaError _etaError = new();
    private readonly RecentWork _recent = new(time);

    private string Model => this.GetPrimaryKeyString();

    public async Task<Accepted> SubmitAsync(Submission submission)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var model = await CheckModelAsync(submission);
        await _remembering;   // whoever has an accepted generation must know the model again after a restart
        string id = GenerationId.Of(submission, time);
        int ahead = _queue.AheadOfNew(Queued(id, submission.Tenant, submission.Priority, [.. Enumerable.Range(0, submission.Request.Candidates)]));
        var estimate = _devices.Estimate(_candidateTime.Seconds);
        var expected = estimate.Completion(ahead);
        bool known = _unfinished.Contains(id);
        if (!known) Admit(submission, ahead, estimate);
        _unfinished.Add(id, submission.Tenant, submission.Request.Candidates, expected);

        StartOutcome outcome;
        try
        {
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            // First the index, then the record: what is in the index alone was never accepted, and is swept out.
            await Index(id).AddAsync(id);
            outcome = await GrainFactory.GetGrain<IGenerationGrain>(id).StartAsync(submission, model);
        }
        catch when (!known)
        {
            _unfinished.Remove(id);   // what the index has of it is swept out
            throw;
        }
        if (outcome == StartOutcome.Begun && !_unfinished.Contains(id))
        {
            // Meanwhile the end of an earlier run of it, or another's failure to begin it, has taken it out.
            _unfinished.Add(id, submission.Tenant, submission.Request.Candidates, expected);
            await Index(id).AddAsync(id);
        }
        if (outcome == StartOutcome.Ended)
        {
            _unfinished.Remove(id);
            await Index(id).RemoveAsync(id);
        }
        LogAdmitted(id, Model, submission.Request.Candidates);
        return new(id, outcome != StartOutcome.Begun, ahead, outcome == StartOutcome.Ended ? TimeSpan.Zero : expected);
    }

    public Task<GatewayStatus> GetStatusAsync() => Task.FromResult(new GatewayStatus(
        [.. _devices.Devices.Select(d => new DeviceStatus(d.Key, d.Report.Kind, d.Report.Slots, d.Free, d.Report.Stages, d.Report.Draining, d.Report.Trouble))],
        _queue.Count,
        _unfinished.Count,
        new(_etaError.Count, _etaError.Mean, _etaError.P50, _etaError.P95),
        new(_recent.ImagesPerSecond, _recent.Latency(0.50), _recent.Latency(0.95))));

    public Task<QueuePlace> EnqueueAsync(SampleOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        ThrowIfReplaced(order.Spec.ModelDigest);
        _unfinished.Add(order.GenerationId, order.Tenant, order.Candidates.Count, expected: null);
        _unfinished.Arrived(order.GenerationId);
        _orders[order.GenerationId] = order;
        var given = _devices.CandidatesGivenOf(order.GenerationId);
        int[] wanted = [.. order.Candidates.Where(c => !given.Contains(c))];
        if (wanted.Length > 0)
        {
            _queue.Enqueue(Queued(order.GenerationId, order.Tenant, order.Priority, wanted, order.Isolated));
            Pump();
        }
        int ahead = _queue.Ahead(order.GenerationId);
        var expected = _devices.Estimate(_candidateTime.Seconds).Completion(ahead);
        return Task.FromResult(new QueuePlace(ahead, expected));
    }

    public Task<DeviceChoice?> PickAsync(string generationId, DeviceStages stage, IReadOnlyList<string> avoid, string? modelDigest)
    {
        ArgumentNullException.ThrowIfNull(avoid);
        ThrowIfReplaced(modelDigest);
        var device = _devices.Pick(stage, [.. avoid], modelDigest);
        if (device is not null) _unfinished.Work(generationId, device);
        return Task.FromResult(device is null ? null : new DeviceChoice(device.Key, device.Report.Incarnation));
    }

    public Task WithdrawAsync(string generationId)
    {
        Withdraw(generationId);
        return Task.CompletedTask;
    }

    public async Task ReleaseAsync(string generationId, bool completed, int images, TimeSpan? took)
    {
        if (completed && took is { } latency) _recent.Record(images, latency);
        if (_unfinished.Remove(generationId) is { Expected: { } expected } left && completed)
            Record(_etaError.Record(expected, time.GetElapsedTime(left.Since)));
        Withdraw(generationId);
        await Index(generationId).RemoveAsync(generationId);
    }

    private void Withdraw(string generationId)
    {
        _orders.Remove(generationId);
        _queue.Remove(generationId);
        foreach (var device in _devices.DevicesOf(generationId))
        {
            device.TakeAll(generationId);
            CancelAsync(device.Key, generationId).Ignore();
        }
        Pump();
    }

    private async Task CancelAsync(string device, string generationId)
    {
        try
        {
            await GrainFactory.GetGrain<IGptSamplerGrain>(device).CancelAsync(Model, generationId);
        }
        catch (Exception e)
        {
            LogNotCancelled(e, generationId, device);   // the device is gone, and with it what was to be cancelled
        }
    }

    private void Admit(Submission submission, int ahead, CompletionEstimate estimate)
    {
        // Accepted generations that are still being encoded will wait, too.
        int waiting = _queue.Count + _unfinished.Coming, ofTenant = _queue.CountOf(submission.Tenant) + _unfinished.ComingOf(submission.Tenant);
        var refusal = QueueAdmission.Check(
            new(Model, submission.Tenant, submission.Request.Candidates, waiting, ofTenant, ahead, submission.Deadline, Unserved(submission.Request.ModelDigest)),
            options.Value,
            estimate);
        if (refusal is null) return;
        LogRefused(Model, refusal.Reason, submission.Request.Candidates);
        throw new RefusedException(refusal.Reason, refusal.Message, refusal.RetryAfter);
    }

    private QueuedGeneration Queued(string id, string tenant, GenerationPriority priority, IReadOnlyList<int> candidates, bool isolated = false) => new()
    {
        Id = id,
        Tenant = tenant,
        Weight = TenantPolicy.Of(tenant, options.Value).Weight,
        Priority = priority,
        Candidates = candidates,
        Isolated = isolated,
    };

    private IUnfinishedIndexGrain Index(string generationId) => UnfinishedIndexGrain.Of(GrainFactory, Model, generationId);
}
