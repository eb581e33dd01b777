using System.Globalization;
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
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Endpoints;

/// <summary>Our own resource: a generation that is accepted at once and can be watched, cancelled and looked up from any gateway.</summary>
internal sealed class GenerationEndpoints(
    IGrainFactory grains, GenerationDoor door, GenerationWatch watch, StoredImages store, Resources resources, OpenStreams streams, BodyBudget bodies, IOptions<ApiOptions> options,
    IOptions<PromptImageOptions> limits, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>How long an answer to a cancellation waits for it to have happened.</summary>
    private static readonly TimeSpan ForCancellation = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/generations", (HttpContext context, GenerationEndpoints endpoints) => endpoints.CreateAsync(context))
            .WithName("createGeneration").WithSummary("Accepts a generation; it is drawn whether or not anybody waits.")
            .Accepts<CreateGenerationRequest>("application/json").Produces<GenerationResource>(202).ProducesErrors(400, 401, 404, 422, 429, 503);
        app.MapGet("/v1/generations/{id}", (string id, HttpContext context, GenerationEndpoints endpoints) => endpoints.GetAsync(id, context))
            .WithName("getGeneration").WithSummary("Where a generation stands.").Produces<GenerationResource>().ProducesErrors(401, 404, 503);
        app.MapDelete("/v1/generations/{id}", (string id, HttpContext context, GenerationEndpoints endpoints) => endpoints.CancelAsync(id, context))
            .WithName("cancelGeneration").WithSummary("Cancels a generation that has not ended.").Produces<GenerationResource>().ProducesErrors(401, 404, 503);
        app.MapGet("/v1/generations/{id}/events", (string id, HttpContext context, GenerationEndpoints endpoints) => endpoints.WatchAsync(id, context))
            .WithName("watchGeneration").WithSummary("Events of a generation as they happen; goes on after Last-Event-ID.")
            .Produces<GenerationStreamEvent>(contentType: "text/event-stream").ProducesErrors(400, 401, 404, 503);
        app.MapGet("/v1/generations/{id}/images/{name}", (string id, string name, HttpContext context, GenerationEndpoints endpoints) => endpoints.ImageAsync(id, name, context))
            .WithName("getImage").WithSummary("An image of a generation.").Produces(200, contentType: "image/png").ProducesErrors(401, 404, 503);
    }

    private async Task<IResult> CreateAsync(HttpContext context)
    {
        string? key = IdempotencyKey.Of(context.Request);
        using var room = bodies.Enter(context);
        var body = await JsonBody.ReadAsync(context, options.Value.MaxImageBodyBytes);
        var order = Order.Of(body, PromptOrder.Of(body, limits.Value), GenerationRequest.MaxCandidates);
        body.RefuseRest();
        var submitted = await door.SubmitAsync(order, context.Tenant(), key, context.RequestAborted);
        var status = await AcceptedAsync(submitted.Accepted.Id, order.CancelOnDisconnect, context);
        context.Response.Headers.Location = $"{context.Request.PathBase}/v1/generations/{status.Id}";
        return Results.Json(resources.Generation(status, context.Request), WireResults.Json.GenerationResource, "application/json", StatusCodes.Status202Accepted);
    }

    private async Task<GenerationStatus> AcceptedAsync(string id, bool cancelOnDisconnect, HttpContext context)
    {
        try
        {
            return await StatusAsync(id, context);
        }
        catch (OperationCanceledException) when (cancelOnDisconnect && context.RequestAborted.IsCancellationRequested)
        {
            await watch.LeaveAsync(id);   // who does not even hear of it will not watch it
            throw;
        }
    }

    private async Task<IResult> GetAsync(string id, HttpContext context) => Answer(await StatusAsync(id, context), context);

    private async Task<IResult> CancelAsync(string id, HttpContext context)
    {
        var status = await StatusAsync(id, context);
        if (GenerationWatch.HasEnded(status)) return Answer(status, context);
        await grains.GetGrain<IGenerationGrain>(id).CancelAsync().WaitAsync(context.RequestAborted);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(ForCancellation);
        try
        {
            status = await watch.EndAsync(id, patience.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            status = await StatusAsync(id, context);   // others share it, and it goes on for them
        }
        return Answer(status, context);
    }

    private async Task<IResult> WatchAsync(string id, HttpContext context)
    {
        bool cancel = CancelsOnDisconnect(context.Request);
        int from = From(context.Request);
        using var place = streams.Enter();
        var status = await StatusAsync(id, context);
        // Whoever has seen the end and comes again is told, in EventSource's way, to stay away.
        if (GenerationWatch.HasEnded(status) && !await AnyAsync(id, from, context.RequestAborted)) return Results.NoContent();
        // A server that stops ends its streams, so that their clients go on at another one.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await EventStream.WriteAsync(context, EventsAsync(id, from, context.Request, stop.Token), options.Value.KeepAlive, time, stop.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            if (cancel && context.RequestAborted.IsCancellationRequested) await grains.GetGrain<IGenerationGrain>(id).CancelAsync();
        }
        return Results.Empty;
    }

    private async Task<IResult> ImageAsync(string id, string name, HttpContext context)
    {
        var status = await StatusAsync(id, context);
        byte[] file = await store.ReadAsync(status, name, context.RequestAborted);
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Bytes(file, $"image/{Resources.Format(status.Request.Format)}");
    }

    /// <exception cref="ApiException">There is no such generation, or it is another tenant's, who is not to learn even that.</exception>
    public async Task<GenerationStatus> StatusAsync(string id, HttpContext context)
    {
        GenerationStatus? status = null;
        try
        {
            if (id.Length == 32 && id.All(char.IsAsciiLetterOrDigit)) status = await grains.GetGrain<IGenerationGrain>(id).GetStatusAsync().WaitAsync(context.RequestAborted);
        }
        catch (KeyNotFoundException)
        {
            // As below.
        }
        return status is not null && context.MaySee(status.Tenant) ? status
            : throw ApiErrors.NoGeneration($"There is no generation '{new string([.. id.Take(64).Where(c => !char.IsControl(c))])}'.");
    }

    private async Task<bool> AnyAsync(string id, int from, CancellationToken cancellationToken)
    {
        await foreach (var _ in watch.WatchAsync(id, from, cancellationToken)) return true;
        return false;
    }

    private async IAsyncEnumerable<ServerEvent> EventsAsync(string id, int from, HttpRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var e in watch.WatchAsync(id, from, cancellationToken))
        {
            var told = resources.Event(e, request);
            yield return new(told.Type, e.Number, JsonSerializer.SerializeToUtf8Bytes(told, WireResults.Json.GenerationStreamEvent));
        }
    }

    private IResult Answer(GenerationStatus status, HttpContext context) => WireResults.Ok(resources.Generation(status, context.Request), WireResults.Json.GenerationResource);

    private static int From(HttpRequest request)
    {
        string last = request.Headers[WireNames.Headers.LastEventId].ToString();
        if (last.Length == 0) return 0;
        if (int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < int.MaxValue) return number + 1;
        throw ApiErrors.Invalid([new(WireNames.ErrorCodes.InvalidValue, WireNames.Headers.LastEventId, "must be the number of an event of this generation.")]);
    }

    private static bool CancelsOnDisconnect(HttpRequest request) => request.Query["on_disconnect"].ToString() switch
    {
        "" or WireNames.OnDisconnect.Finish => false,
        WireNames.OnDisconnect.Cancel => true,
        _ => throw ApiErrors.Invalid([new(WireNames.ErrorCodes.InvalidValue, "on_disconnect", $"must be {WireNames.OnDisconnect.Finish} or {WireNames.OnDisconnect.Cancel}.")]),
    };
}
