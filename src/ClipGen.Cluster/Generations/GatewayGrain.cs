using ClipGen.Cluster.Placement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <summary>The door of one model: admits, routes, counts. Its state is soft: it can be lost and the counts are merely low for a while.</summary>
[Reentrant]
internal sealed partial class GatewayGrain(IDeviceDirectory directory, IOptions<GatewayOptions> options, TimeProvider time, ILogger<GatewayGrain> logger)
    : Grain, IGatewayGrain
{
    private readonly Admission _admission = new(options.Value.MaxUnfinishedCandidates, time);
    private readonly DeviceLoads _loads = new();

    private string Model => this.GetPrimaryKeyString();

    public Task<ModelDescription> DescribeAsync() => Task.FromResult(directory.Describe(Model));

    public async Task<string> SubmitAsync(GenerationRequest request)
    {
        CheckModel(request);
        string id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        if (!_admission.TryAdmit(id, request.Candidates)) throw Full(request.Candidates);
        try
        {
            DelayDeactivation(Timeout.InfiniteTimeSpan);
            await GrainFactory.GetGrain<IGenerationGrain>(id).StartAsync(request);
        }
        catch
        {
            await ReleaseAsync(id);
            throw;
        }
        LogAdmitted(id, Model, request.Candidates);
        return id;
    }

    public Task<Route> RouteAsync(string generationId, int candidates)
    {
        // Admitted by an earlier activation of this gateway, or just now.
        _admission.TryAdmit(generationId, candidates, force: true);
        DeviceEntry[] able = [.. directory.Devices.Where(d => d.Has(Model))];
        if (able.Length == 0) directory.Describe(Model);   // throws, with the models that are there
        return Task.FromResult(_loads.Route(generationId, candidates, able));
    }

    public Task ReleaseAsync(string generationId)
    {
        _admission.Release(generationId);
        _loads.Release(generationId);
        if (_admission.Unfinished == 0) DelayDeactivation(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    private void CheckModel(GenerationRequest request)
    {
        if (request.Model != Model) throw new ModelNotFoundException($"A request for the model '{request.Model}' was sent to the gateway of '{Model}'.");
        var model = directory.Describe(Model);
        if (request.ModelDigest == model.Digest) return;
        throw new ModelNotFoundException(
            $"The request was made for another version of the model '{Model}' (digest {request.ModelDigest}); loaded is {model.Digest}. Describe the model again and make the request anew.");
    }

    private QueueFullException Full(int candidates)
    {
        var wait = _admission.RetryAfter(candidates);
        LogRefused(Model, _admission.Unfinished, candidates);
        return new($"The model '{Model}' has {_admission.Unfinished} unfinished candidates of at most {options.Value.MaxUnfinishedCandidates}; {candidates} more do not fit. Try again in {Math.Ceiling(wait.TotalSeconds):0} s.", wait);
    }
}
