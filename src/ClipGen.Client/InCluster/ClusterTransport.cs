using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Client.Calls;
using ClipGen.Client.Wire;

namespace ClipGen.Client.InCluster;

/// <summary>Calls the cluster's grains; image files come through the generation's grain, so that only silos need the store.</summary>
internal sealed class ClusterTransport(IGrainFactory grains, ClipGenClusterOptions options) : ITransport
{
    public Task<GenerationStatus> SubmitAsync(GenerateRequest request, string idempotencyKey, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(async () =>
    {
        if (request.Previews is < 0 or > 3) throw ClusterErrors.Invalid([new("partial_images", $"is {request.Previews}; it must be 0 to 3.")], WireNames.ErrorCodes.InvalidValue);
        var gateway = grains.GetGrain<IGatewayGrain>(request.Model ?? await OnlyModelAsync());
        var images = new PromptImageFiles();
        var accepted = await images.SubmitAsync(grains, new()
        {
            Request = GenerationRequest.Create(ToParameters(request, images, idempotencyKey), await gateway.DescribeAsync()),
            Tenant = options.Tenant,
            Priority = request.Priority,
            Deadline = request.Deadline,
            IdempotencyKey = idempotencyKey,
            Previews = request.Previews,
        });
        return await Generation(accepted.Id).GetStatusAsync();
    }, cancellationToken).WaitAsync(cancellationToken);

    public Task<GenerationStatus> GetAsync(string id, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(() => Generation(id).GetStatusAsync(), cancellationToken).WaitAsync(cancellationToken);

    public Task CancelAsync(string id, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(async () =>
    {
        await Generation(id).CancelAsync();
        return true;
    }, cancellationToken).WaitAsync(cancellationToken);

    public async IAsyncEnumerable<GenerationUpdate> WatchAsync(GenerationStatus known, int from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var events = Generation(known.Id).WatchAsync(from, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await ClusterErrors.WithinAsync(() => events.MoveNextAsync().AsTask(), cancellationToken))
            yield return ToUpdate(events.Current);
    }

    public Task<byte[]> ReadImageAsync(GenerationStatus generation, RankedImage image, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(async () =>
        (await Generation(generation.Id).ReadImageAsync(image.Candidate))?.Content
        ?? throw new ClipGenNotFoundException($"The image {image.Name} is not kept any more.", WireNames.ErrorCodes.ImageNotFound), cancellationToken).WaitAsync(cancellationToken);

    public Task<GenerationListPage> ListAsync(GenerationFilter filter, string? after, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(() =>
        grains.GetGrain<IGenerationListGrain>(options.Tenant).ListAsync(new()
        {
            Limit = filter.PageSize,
            After = after,
            States = filter.States,
            Model = filter.Model,
            CreatedAfter = ToSecond(filter.CreatedAfter),
            CreatedBefore = ToSecond(filter.CreatedBefore),
        }), cancellationToken).WaitAsync(cancellationToken);

    public Task<ReplayOutcome> ReplayAsync(string id, string idempotencyKey, CancellationToken cancellationToken) => ClusterErrors.WithinAsync(async () =>
    {
        var submission = Submission.OfReplay(await Generation(id).GetStatusAsync(), idempotencyKey) with { Tenant = options.Tenant, CancelUnwatched = true };
        var replay = Generation((await grains.GetGrain<IGatewayGrain>(submission.Request.Model).SubmitAsync(submission)).Id);
        try
        {
            await foreach (var e in replay.WatchAsync(0, cancellationToken))
            {
                if (e.Status is { State: not (GenerationState.Queued or GenerationState.Running) } end) return end.Replay ?? throw new ClipGenGenerationException(end);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            replay.CancelAsync().Ignore();   // the key is this call's own: nobody else waits for it
            throw;
        }
        throw new ClipGenUnavailableException("The events ended before the replay did.", ClientErrorCodes.ConnectionLost);
    }, cancellationToken);

    public Task<IReadOnlyList<ModelDescription>> GetModelsAsync(CancellationToken cancellationToken) => ClusterErrors.WithinAsync(async () =>
        (IReadOnlyList<ModelDescription>)await Task.WhenAll((await ModelNamesAsync()).Select(name => grains.GetGrain<IGatewayGrain>(name).DescribeAsync())), cancellationToken).WaitAsync(cancellationToken);

    // As over HTTP, where times are whole seconds.
    private static DateTimeOffset? ToSecond(DateTimeOffset? time) => time is { } exact ? DateTimeOffset.FromUnixTimeSeconds(exact.ToUnixTimeSeconds()) : null;

    private IGenerationGrain Generation(string id) => grains.GetGrain<IGenerationGrain>(id);

    private Task<IReadOnlyList<string>> ModelNamesAsync() => grains.GetGrain<IClusterDirectoryGrain>(0).ModelsAsync();

    private async Task<string> OnlyModelAsync()
    {
        var names = await ModelNamesAsync();
        return names.Count switch
        {
            1 => names[0],
            0 => throw new ClipGenUnavailableException("No device has any model yet.", WireNames.ErrorCodes.ModelLoading),
            _ => throw ClusterErrors.Invalid([new("model", $"is missing, and there are several: {string.Join(", ", names)}.")], WireNames.ErrorCodes.MissingRequiredParameter),
        };
    }

    private GenerationParameters ToParameters(GenerateRequest request, PromptImageFiles images, string idempotencyKey) => new()
    {
        Prompt = request.Prompt,
        Image = Add(images, "image", request.Image),
        Prompts = request.Prompts?.Select((part, i) => new PromptPart
        {
            Text = part.Text,
            Image = Add(images, FormattableString.Invariant($"prompts[{i}].image"), part.Image),
            Weight = part.Weight,
        }).ToList(),
        Candidates = request.Candidates,
        Keep = request.Keep,
        Seed = request.Seed ?? SeedOf(idempotencyKey),
        TopK = request.TopK,
        TopP = request.TopP,
        Temperature = request.Temperature,
        Format = request.Format,
        EmbedMetadata = request.EmbedMetadata,
        ReferenceQuirks = request.ReferenceQuirks,
    };

    private static PromptImage? Add(PromptImageFiles images, string parameter, ReadOnlyMemory<byte>? file) => file is { } content ? images.Add(parameter, content.ToArray()) : null;

    // A repetition must be the same request, and so must its seed; as a gateway derives it, and 31 bits as a drawn one has.
    private ulong SeedOf(string idempotencyKey) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Tenant.Length}:{options.Tenant}{idempotencyKey}"))) >> 1;

    private static GenerationUpdate ToUpdate(GenerationEvent e) => new()
    {
        Number = e.Number,
        Kind = ToKind(e.Kind),
        Status = e.Status,
        Preview = e.Preview is { } p ? new(p.Candidate, p.Index, p.Rows, p.RowsTotal, MediaTypes.Of(e.Status.Request.Format), p.File) : null,
    };

    private static GenerationUpdateKind ToKind(GenerationEventKind kind) => kind switch
    {
        GenerationEventKind.Queued => GenerationUpdateKind.Queued,
        GenerationEventKind.Encoded => GenerationUpdateKind.Encoded,
        GenerationEventKind.Sampling or GenerationEventKind.CandidateSampled => GenerationUpdateKind.Sampling,
        GenerationEventKind.Preview => GenerationUpdateKind.Preview,
        GenerationEventKind.Decoded => GenerationUpdateKind.Decoded,
        GenerationEventKind.ImageStored => GenerationUpdateKind.ImageStored,
        GenerationEventKind.Retried => GenerationUpdateKind.Retried,
        GenerationEventKind.Completed => GenerationUpdateKind.Completed,
        GenerationEventKind.Failed => GenerationUpdateKind.Failed,
        GenerationEventKind.Cancelled => GenerationUpdateKind.Cancelled,
        _ => GenerationUpdateKind.Sampling,   // a newer silo's news, which this version cannot name: at least the status is
    };
}
