using System.Runtime.CompilerServices;
using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Cluster.Prompts;
using ClipGen.Gateway.Auth;
using ClipGen.Gateway.Errors;
using ClipGen.Gateway.Generations;
using ClipGen.Gateway.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Endpoints;

/// <summary>OpenAI's way in: one request that is answered when the images are there, or streamed while they are drawn.</summary>
internal sealed class ImageEndpoints(
    IGrainFactory grains, GenerationDoor door, GenerationWatch watch, StoredImages store, Resources resources, OpenStreams streams, BodyBudget bodies, IOptions<ApiOptions> options,
    IOptions<PromptImageOptions> limits, TimeProvider time)
{
    /// <summary>Clients look for it; it has no meaning here.</summary>
    private const string Quality = "auto", Background = "opaque";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/images/generations", (HttpContext context, ImageEndpoints endpoints) => endpoints.CreateAsync(context))
            .WithName("createImage").WithSummary("Draws images; answers when they are there, or streams previews and the image (stream: true).")
            .Accepts<CreateImageRequest>("application/json").Produces<ImagesResponse>().Produces<ImageStreamEvent>(contentType: "text/event-stream").ProducesErrors(400, 401, 404, 409, 422, 429, 503);
        app.MapPost("/v1/images/variations", (HttpContext context, ImageEndpoints endpoints) => endpoints.VaryAsync(context))
            .WithName("createImageVariation").WithSummary("Draws more of an image; answers when they are there.")
            .Accepts<CreateVariationRequest>("multipart/form-data").Produces<ImagesResponse>().ProducesErrors(400, 401, 404, 409, 422, 429, 503);
    }

    private async Task<IResult> CreateAsync(HttpContext context) => await AnswerAsync(
        await SubmitAsync(async () => ImageOrder.Of(await JsonBody.ReadAsync(context, options.Value.MaxImageBodyBytes), limits.Value), context), context);

    private async Task<IResult> VaryAsync(HttpContext context) => await AnswerAsync(
        await SubmitAsync(async () => ImageOrder.OfVariation(await FormBody.ReadAsync(context, options.Value.MaxImageBodyBytes), limits.Value), context), context);

    /// <summary>Reads an order and hands it in. Nothing is left of its images when that is done: the answer may take minutes.</summary>
    private async Task<Drawing> SubmitAsync(Func<Task<ImageOrder>> read, HttpContext context)
    {
        string? key = IdempotencyKey.Of(context.Request);
        using var room = bodies.Enter(context);
        var order = await read();
        var place = order.Stream ? streams.Enter() : null;
        try
        {
            var submitted = await door.SubmitAsync(order.Order, context.Tenant(), key, context.RequestAborted);
            if (key is not null && submitted.Accepted.Existing) await RefuseIfRunningAsync(submitted.Accepted, context.RequestAborted);
            return new(submitted, place, order.AsUrl);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    private async Task<IResult> AnswerAsync(Drawing drawing, HttpContext context)
    {
        using var place = drawing.Place;
        var (submitted, cancellationToken) = (drawing.Submitted, context.RequestAborted);
        if (place is not null)
        {
            await EventStream.WriteAsync(context, StreamAsync(submitted, cancellationToken), options.Value.KeepAlive, time, cancellationToken);
            return Results.Empty;
        }
        var end = await watch.EndAsync(submitted.Accepted.Id, cancellationToken);
        if (end.Result is null) throw ApiErrors.Ended(end);
        return WireResults.Ok(await ResponseAsync(end, submitted.Model, drawing.AsUrl, context), WireResults.Json.ImagesResponse);
    }

    /// <summary>A second request under a key waits for no image: it is sent again until the first one's are there.</summary>
    private async Task RefuseIfRunningAsync(Accepted accepted, CancellationToken cancellationToken)
    {
        var status = await grains.GetGrain<IGenerationGrain>(accepted.Id).GetStatusAsync().WaitAsync(cancellationToken);
        if (GenerationWatch.HasEnded(status)) return;
        var left = status.ExpectedAt is { } at && at > time.GetUtcNow() ? at - time.GetUtcNow() : TimeSpan.Zero;
        throw new ApiException(StatusCodes.Status409Conflict, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.IdempotencyKeyInUse,
            $"The request under this {WireNames.Headers.IdempotencyKey} is still running; send it again later.", WireNames.Headers.IdempotencyKey)
        {
            RetryAfter = left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1),
        };
    }

    private async Task<ImagesResponse> ResponseAsync(GenerationStatus end, ModelDescription model, bool asUrl, HttpContext context)
    {
        var data = new List<ImageData>();
        foreach (var image in end.Result!.Images)
        {
            data.Add(new()
            {
                B64Json = asUrl ? null : Convert.ToBase64String(await store.ReadAsync(image, context.RequestAborted)),
                Url = asUrl ? (await store.LinkAsync(image, context.RequestAborted))?.AbsoluteUri ?? resources.ImageUrl(end.Id, image.Name, context.Request) : null,
                Seed = end.Request.Seed,
                Candidate = image.Candidate,
                ClipScore = image.ClipScore,
                Sha256 = image.Sha256,
                Id = end.Id,
            });
        }
        return new()
        {
            Created = end.AcceptedAt.ToUnixTimeSeconds(),
            Background = Background,
            OutputFormat = Resources.Format(end.Request.Format),
            Quality = Quality,
            Size = Resources.Size(model),
            Data = data,
            Usage = Resources.Usage(end),
        };
    }

    private async IAsyncEnumerable<ServerEvent> StreamAsync(Submitted submitted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var e in watch.WatchAsync(submitted.Accepted.Id, 0, cancellationToken))
        {
            if (e.Preview is { } preview) yield return ToEvent(Preview(submitted, preview), e.Number);
            if (!GenerationWatch.HasEnded(e.Status)) continue;
            if (e.Status.Result is not { } result) throw ApiErrors.Ended(e.Status);
            byte[] file = await store.ReadAsync(result.Images[0], cancellationToken);
            yield return ToEvent(Completed(submitted, e.Status, result.Images[0], file), e.Number);
        }
    }

    private ImageStreamEvent Preview(Submitted submitted, GenerationPreview preview) => new()
    {
        Type = ImageStreamEvent.PartialImage,
        B64Json = Convert.ToBase64String(preview.File),
        PartialImageIndex = preview.Index,
        CreatedAt = time.GetUtcNow().ToUnixTimeSeconds(),
        Size = Resources.Size(submitted.Model),
        Quality = Quality,
        Background = Background,
        OutputFormat = Resources.Format(submitted.Request.Format),
        Seed = submitted.Request.Seed,
        Candidate = preview.Candidate,
        Id = submitted.Accepted.Id,
    };

    private static ImageStreamEvent Completed(Submitted submitted, GenerationStatus end, RankedImage image, byte[] file) => new()
    {
        Type = ImageStreamEvent.Completed,
        B64Json = Convert.ToBase64String(file),
        CreatedAt = end.AcceptedAt.ToUnixTimeSeconds(),
        Size = Resources.Size(submitted.Model),
        Quality = Quality,
        Background = Background,
        OutputFormat = Resources.Format(end.Request.Format),
        Usage = Resources.Usage(end),
        Seed = end.Request.Seed,
        Candidate = image.Candidate,
        ClipScore = image.ClipScore,
        Sha256 = image.Sha256,
        Id = end.Id,
    };

    private static ServerEvent ToEvent(ImageStreamEvent e, int number) => new(e.Type, number, JsonSerializer.SerializeToUtf8Bytes(e, WireResults.Json.ImageStreamEvent));

    /// <param name="Place">Among the open streams; null where the answer is none.</param>
    private sealed record Drawing(Submitted Submitted, IDisposable? Place, bool AsUrl);
}
