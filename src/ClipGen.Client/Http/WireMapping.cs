using ClipGen.Client.Calls;
using ClipGen.Client.Wire;

namespace ClipGen.Client.Http;

/// <summary>Between the wire's records and the SDK's.</summary>
internal static class WireMapping
{
    public static CreateGenerationRequest ToWire(GenerateRequest request) => new()
    {
        Prompt = request.Prompt,
        Image = ToBase64(request.Image),
        Prompts = request.Prompts?.Select(part => new PromptInput { Text = part.Text, Image = ToBase64(part.Image), Weight = part.Weight }).ToList(),
        Model = request.Model,
        N = request.Keep,
        Candidates = request.Candidates,
        Seed = request.Seed,
        TopK = request.TopK,
        TopP = request.TopP,
        Temperature = request.Temperature,
        OutputFormat = request.Format is { } format ? MediaTypes.NameOf(format) : null,
        EmbedMetadata = request.EmbedMetadata,
        ReferenceQuirks = request.ReferenceQuirks,
        PartialImages = request.Previews == 0 ? null : request.Previews,
        Priority = request.Priority == GenerationPriority.Batch ? WireNames.Priorities.Batch : null,
        DeadlineMs = request.Deadline is { } deadline ? (long)deadline.TotalMilliseconds : null,
    };

    public static GenerationStatus ToStatus(GenerationResource resource, DateTimeOffset now) => new()
    {
        Id = resource.Id,
        Request = new()
        {
            Model = resource.Model,
            ModelDigest = resource.ModelDigest,
            Prompt = resource.Prompt,
            Seed = resource.Seed,
            Candidates = resource.Candidates,
            Keep = resource.N,
            Sampling = new(resource.TopK, resource.TopP, resource.Temperature),
            Format = MediaTypes.FormatOf(resource.OutputFormat) ?? throw Unknown("image format", resource.OutputFormat),
            EmbedMetadata = resource.EmbedMetadata,
            ReferenceQuirks = resource.ReferenceQuirks,
            ImageNamePrefix = resource.Digest.Length > 16 ? resource.Digest[..16] : resource.Digest,
            Digest = resource.Digest,
            Parts = resource.Prompts?.Select(ToPart).ToList(),
        },
        State = ToState(resource.State),
        CodesDrawn = resource.CodesDrawn,
        CodesTotal = resource.CodesTotal,
        Result = resource.Images is null ? null : ToResult(resource),
        Error = resource.Error?.Message,
        Ahead = resource.QueuePosition,
        ExpectedAt = now.After(resource.EtaMs),
        AcceptedAt = DateTimeOffset.FromUnixTimeSeconds(resource.CreatedAt),
        Retries = resource.Retries,
        ReplayOf = resource.ReplayOf,
        Replay = resource.Replay is { } replay ? ToOutcome(replay) : null,
    };

    public static ReplayOutcome ToOutcome(ReplayResource replay) => new()
    {
        GenerationId = replay.GenerationId,
        ReplayId = replay.Id,
        ModelDigest = replay.ModelDigest,
        DeviceKind = replay.DeviceKind,
        ReplayDeviceKind = replay.ReplayDeviceKind,
        Images = [.. replay.Images.Select(i => new ComparedImage(i.Candidate, i.CodesSha256, i.ReplayCodesSha256, i.Sha256, i.ReplaySha256))],
    };

    /// <summary>Null for an event of a kind that this version does not know.</summary>
    public static GenerationUpdate? ToUpdate(GenerationStreamEvent e, GenerationStatus known, DateTimeOffset now) => ToKind(e.Type) is not { } kind ? null : new()
    {
        Number = e.Number,
        Kind = kind,
        Preview = e.Preview is { } p ? new(p.Candidate, p.Index, p.Rows, p.RowsTotal, $"image/{p.OutputFormat}", Convert.FromBase64String(p.B64Json)) : null,
        Status = e.Generation is { } resource ? ToStatus(resource, now) : known with
        {
            State = ToState(e.State),
            CodesDrawn = e.CodesDrawn,
            CodesTotal = e.CodesTotal,
            Ahead = e.QueuePosition,
            ExpectedAt = now.After(e.EtaMs),
            Retries = e.Retries,
            Result = null,
            Error = null,
        },
    };

    public static ModelDescription ToModel(ModelResource model) => new()
    {
        Name = model.Id,
        Digest = model.Digest,
        DefaultCandidates = model.DefaultCandidates,
        CodebookSize = model.CodebookSize,
        CodesPerImage = model.CodesPerImage,
        ImageSize = model.ImageSize,
    };

    private static GenerationResult ToResult(GenerationResource resource) => new()
    {
        Images =
        [
            .. resource.Images!.Select(image => new RankedImage
            {
                Rank = image.Rank,
                Candidate = image.Candidate,
                ClipScore = image.ClipScore,
                Name = image.Name,
                Location = image.Url,
                Sha256 = image.Sha256,
                CodesSha256 = image.CodesSha256,
                Bytes = image.Bytes,
            }),
        ],
        CandidateScores = resource.CandidateScores ?? [],
        Times = resource.Seconds is { } s
            ? new() { Encode = s.Encode, Sample = s.Sample, DecodeAndRank = s.DecodeAndRank, Store = s.Store, Total = s.Total, DeviceSeconds = s.Device }
            : new() { Encode = 0, Sample = 0, DecodeAndRank = 0, Store = 0, Total = 0, DeviceSeconds = 0 },
        DeviceKind = resource.DeviceKind ?? "",
        PromptTruncated = resource.PromptTruncated ?? false,
        PromptTokens = resource.PromptTokens ?? 0,
        ManifestLocation = resource.Manifest ?? "",
    };

    private static string? ToBase64(ReadOnlyMemory<byte>? file) => file is { } content ? Convert.ToBase64String(content.Span) : null;

    private static PromptPart ToPart(PromptResource part) => new()
    {
        Text = part.Text,
        Image = part.ImageSha256 is { } hash ? new(hash, MediaTypes.FormatOf(part.ImageFormat ?? "") ?? throw Unknown("image format", part.ImageFormat ?? "")) : null,
        Weight = part.Weight,
    };

    private static GenerationState ToState(string state) => state switch
    {
        WireNames.States.Queued => GenerationState.Queued,
        WireNames.States.Running => GenerationState.Running,
        WireNames.States.Completed => GenerationState.Completed,
        WireNames.States.Failed => GenerationState.Failed,
        WireNames.States.Cancelled => GenerationState.Cancelled,
        _ => throw Unknown("state", state),
    };

    private static GenerationUpdateKind? ToKind(string type) => type switch
    {
        WireNames.Events.Queued => GenerationUpdateKind.Queued,
        WireNames.Events.Encoded => GenerationUpdateKind.Encoded,
        WireNames.Events.Sampling => GenerationUpdateKind.Sampling,
        WireNames.Events.Preview => GenerationUpdateKind.Preview,
        WireNames.Events.Decoded => GenerationUpdateKind.Decoded,
        WireNames.Events.Image => GenerationUpdateKind.ImageStored,
        WireNames.Events.Retried => GenerationUpdateKind.Retried,
        WireNames.Events.Completed => GenerationUpdateKind.Completed,
        WireNames.Events.Failed => GenerationUpdateKind.Failed,
        WireNames.Events.Cancelled => GenerationUpdateKind.Cancelled,
        _ => null,
    };

    private static DateTimeOffset? After(this DateTimeOffset now, long? ms) => ms is { } after ? now.AddMilliseconds(after) : null;

    private static ClipGenException Unknown(string what, string value) => new($"The server answered with the {what} '{value}', which this version does not know.", ClientErrorCodes.InvalidAnswer);
}
