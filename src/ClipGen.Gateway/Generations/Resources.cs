using System.Globalization;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Auth;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Generations;

/// <summary>Generations in the wire's words.</summary>
internal sealed class Resources(IOptions<ApiOptions> options, SignedUrls urls, TimeProvider time)
{
    public GenerationResource Generation(GenerationStatus status, HttpRequest request)
    {
        var asked = status.Request;
        var result = status.Result;
        return new()
        {
            Id = status.Id,
            State = State(status.State),
            CreatedAt = status.AcceptedAt.ToUnixTimeSeconds(),
            Model = asked.Model,
            ModelDigest = asked.ModelDigest,
            Prompt = asked.Prompt,
            Prompts = asked.Parts?.Select(part => new PromptResource
            {
                Text = part.Text,
                ImageSha256 = part.Image?.Sha256,
                ImageFormat = part.Image is { } image ? Format(image.Format) : null,
                Weight = part.Weight,
            }).ToList(),
            Seed = asked.Seed,
            N = asked.Keep,
            Candidates = asked.Candidates,
            TopK = asked.Sampling.TopK,
            TopP = asked.Sampling.TopP,
            Temperature = asked.Sampling.Temperature,
            OutputFormat = Format(asked.Format),
            EmbedMetadata = asked.EmbedMetadata,
            ReferenceQuirks = asked.ReferenceQuirks,
            Digest = asked.Digest,
            CodesDrawn = status.CodesDrawn,
            CodesTotal = status.CodesTotal,
            QueuePosition = status.Ahead,
            EtaMs = Eta(status),
            Retries = status.Retries,
            Images = result?.Images.Select(i => Image(status, i, request)).ToList(),
            CandidateScores = result?.CandidateScores,
            Manifest = status.ReplayOf is null ? result?.ManifestLocation : null,
            DeviceKind = result?.DeviceKind,
            PromptTokens = result?.PromptTokens,
            PromptTruncated = result?.PromptTruncated,
            Seconds = result is null ? null : new()
            {
                Encode = result.Times.Encode,
                Sample = result.Times.Sample,
                DecodeAndRank = result.Times.DecodeAndRank,
                Store = result.Times.Store,
                Total = result.Times.Total,
                Device = result.Times.DeviceSeconds,
            },
            Error = status.State == GenerationState.Failed ? ApiErrors.Ended(status).Body : null,
            ReplayOf = status.ReplayOf,
            Replay = status.Replay is { } outcome ? Replay(outcome) : null,
        };
    }

    public static ReplayResource Replay(ReplayOutcome outcome) => new()
    {
        Id = outcome.ReplayId,
        GenerationId = outcome.GenerationId,
        ModelDigest = outcome.ModelDigest,
        DeviceKind = outcome.DeviceKind,
        ReplayDeviceKind = outcome.ReplayDeviceKind,
        Matches = outcome.Matches,
        Images =
        [
            .. outcome.Images.Select(image => new ReplayedImage
            {
                Candidate = image.Candidate,
                CodesMatch = image.CodesMatch,
                PixelsMatch = image.PixelsMatch,
                CodesSha256 = image.CodesSha256,
                ReplayCodesSha256 = image.ReplayCodesSha256,
                Sha256 = image.Sha256,
                ReplaySha256 = image.ReplaySha256,
            }),
        ],
    };

    public GenerationStreamEvent Event(GenerationEvent e, HttpRequest request) => new()
    {
        Type = EventType(e.Kind),
        Id = e.Status.Id,
        Number = e.Number,
        State = State(e.Status.State),
        CodesDrawn = e.Status.CodesDrawn,
        CodesTotal = e.Status.CodesTotal,
        QueuePosition = e.Status.Ahead,
        EtaMs = Eta(e.Status),
        Retries = e.Status.Retries,
        Preview = e.Preview is not { } preview ? null : new()
        {
            Candidate = preview.Candidate,
            Index = preview.Index,
            Rows = preview.Rows,
            RowsTotal = preview.RowsTotal,
            B64Json = Convert.ToBase64String(preview.File),
            OutputFormat = Format(e.Status.Request.Format),
        },
        Generation = GenerationWatch.HasEnded(e.Status) ? Generation(e.Status, request) : null,
    };

    /// <summary>Where an image can be fetched, as an absolute address; without a key for a while.</summary>
    public string ImageUrl(string generation, string name, HttpRequest request) => Absolute(urls.Sign($"/v1/generations/{generation}/images/{Uri.EscapeDataString(name)}"), request);

    public static ImageUsage Usage(GenerationStatus status)
    {
        long text = status.Result?.PromptTokens ?? 0;
        return new()
        {
            TotalTokens = text + status.CodesTotal,
            InputTokens = text,
            OutputTokens = status.CodesTotal,
            InputTokensDetails = new() { TextTokens = text, ImageTokens = 0 },
            OutputTokensDetails = new() { TextTokens = 0, ImageTokens = status.CodesTotal },
        };
    }

    public static string Format(ImageFormat format) => format switch { ImageFormat.Jpeg => "jpeg", ImageFormat.Webp => "webp", _ => "png" };

    public static string Size(ModelDescription model) => string.Create(CultureInfo.InvariantCulture, $"{model.ImageSize}x{model.ImageSize}");

    private GenerationImage Image(GenerationStatus status, RankedImage image, HttpRequest request) => new()
    {
        Rank = image.Rank,
        Candidate = image.Candidate,
        ClipScore = image.ClipScore,
        Name = image.Name,
        Url = ImageUrl(status.Id, image.Name, request),
        Sha256 = image.Sha256,
        CodesSha256 = image.CodesSha256,
        Bytes = image.Bytes,
    };

    private string Absolute(string path, HttpRequest request) =>
        options.Value.PublicUrl is { } root ? $"{root.AbsoluteUri.TrimEnd('/')}{path}" : $"{request.Scheme}://{request.Host}{request.PathBase}{path}";

    private long? Eta(GenerationStatus status) => status.ExpectedAt is { } at ? Math.Max(0, (long)(at - time.GetUtcNow()).TotalMilliseconds) : null;

    private static string State(GenerationState state) => state switch
    {
        GenerationState.Queued => WireNames.States.Queued,
        GenerationState.Running => WireNames.States.Running,
        GenerationState.Completed => WireNames.States.Completed,
        GenerationState.Failed => WireNames.States.Failed,
        _ => WireNames.States.Cancelled,
    };

    private static string EventType(GenerationEventKind kind) => kind switch
    {
        GenerationEventKind.Queued => WireNames.Events.Queued,
        GenerationEventKind.Encoded => WireNames.Events.Encoded,
        GenerationEventKind.Sampling or GenerationEventKind.CandidateSampled => WireNames.Events.Sampling,
        GenerationEventKind.Preview => WireNames.Events.Preview,
        GenerationEventKind.Decoded => WireNames.Events.Decoded,
        GenerationEventKind.ImageStored => WireNames.Events.Image,
        GenerationEventKind.Retried => WireNames.Events.Retried,
        GenerationEventKind.Completed => WireNames.Events.Completed,
        GenerationEventKind.Failed => WireNames.Events.Failed,
        _ => WireNames.Events.Cancelled,
    };
}
