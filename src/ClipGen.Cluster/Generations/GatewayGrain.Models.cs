namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    private readonly Dictionary<string, long> _servedAt = new(StringComparer.Ordinal);
    private readonly long _began = time.GetTimestamp();
    private ModelDescription? _remembered;
    private Task _remembering = Task.CompletedTask;

    private IModelMemoryGrain Memory => GrainFactory.GetGrain<IModelMemoryGrain>(Model);

    public async Task<ModelDescription> DescribeAsync() =>
        _devices.Model ?? (_remembered ??= await Memory.RecallAsync()) ?? throw await UnknownModelAsync();

    /// <summary>Notes which versions are in service, and has the one that callers are told of written down.</summary>
    private void LookAtModels()
    {
        foreach (var device in _devices.Devices.Where(d => d.IsInService)) _servedAt[device.Report.Model.Digest] = time.GetTimestamp();
        if (_devices.Model is not { } model || model == _remembered) return;
        instruments.Introduce(Model);
        _remembered = model;
        _remembering = RememberAsync(model);
    }

    private async Task RememberAsync(ModelDescription model)
    {
        try
        {
            await Memory.RememberAsync(model);
        }
        catch (Exception e)
        {
            var level = LevelOf(e);
            LogNotRemembered(level, e, Model);
            if (_remembered == model) _remembered = null;   // again with the next look around
        }
    }

    /// <summary>For how long no device with this version has been in service; null while one is.</summary>
    private TimeSpan? Unserved(string digest) => _devices.IsServed(digest) ? null : time.GetElapsedTime(_servedAt.GetValueOrDefault(digest, _began));

    /// <summary>A generation must not wait for ever for a version that others have taken the place of.</summary>
    private void ThrowIfReplaced(string? digest)
    {
        if (digest is not null && Unserved(digest) > options.Value.WithoutDevices && _devices.IsServed()) throw new ModelReplacedException(OtherVersion(digest, _devices.Model!));
    }

    private async Task<ModelDescription> CheckModelAsync(Submission submission)
    {
        var request = submission.Request;
        if (request.Model != Model) throw new ModelNotFoundException($"A request for the model '{request.Model}' was sent to the gateway of '{Model}'.");
        if (_devices.IsServed(request.ModelDigest)) return _devices.Version(request.ModelDigest)!;
        var model = await DescribeAsync();
        return model.Digest == request.ModelDigest ? model
            : throw new ModelNotFoundException(submission.Replay is null ? OtherVersion(request.ModelDigest, model) : NotLoaded(submission.Replay.GenerationId, request.ModelDigest, model));
    }

    private string OtherVersion(string digest, ModelDescription loaded) =>
        $"The request was made for another version of the model '{Model}' (digest {digest}); loaded is {loaded.Digest}. Describe the model again and make the request anew.";

    private string NotLoaded(string generation, string digest, ModelDescription loaded) =>
        $"The generation {generation} was drawn by a version of the model '{Model}' that no device has any more (digest {digest}); loaded is {loaded.Digest}, which draws other images. It can be replayed where that version is loaded.";

    private async Task<ModelNotFoundException> UnknownModelAsync()
    {
        var known = await GrainFactory.GetGrain<IClusterDirectoryGrain>(0).ModelsAsync();
        return new(known.Count == 0
            ? $"No device has the model '{Model}': none has any model."
            : $"No device has the model '{Model}'. There are: {string.Join(", ", known)}.");
    }
}
