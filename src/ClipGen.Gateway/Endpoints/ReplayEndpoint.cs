using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using ClipGen.Gateway.Generations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClipGen.Gateway.Endpoints;

/// <summary>Runs a generation again, as a generation of its own that takes its place in the queue, and answers whether the images are the same.</summary>
internal sealed class ReplayEndpoint(GenerationEndpoints generations, GenerationDoor door, GenerationWatch watch)
{
    public static void Map(IEndpointRouteBuilder app) => app
        .MapPost("/v1/generations/{id}/replay", (string id, HttpContext context, ReplayEndpoint endpoint) => endpoint.ReplayAsync(id, context))
        .WithName("replayGeneration").WithSummary("Runs a completed generation again and answers, when that has ended, whether codes and files have the same hashes.")
        .Produces<ReplayResource>().ProducesErrors(400, 401, 404, 409, 429, 503);

    private async Task<IResult> ReplayAsync(string id, HttpContext context)
    {
        string? key = IdempotencyKey.Of(context.Request);
        var submission = Submission.OfReplay(await generations.StatusAsync(id, context), key) with { CancelUnwatched = true };
        var accepted = await door.SubmitAsync(submission, new(), context.RequestAborted);
        var end = await watch.EndAsync(accepted.Id, context.RequestAborted);
        return end.Replay is { } outcome ? WireResults.Ok(Resources.Replay(outcome), WireResults.Json.ReplayResource) : throw ApiErrors.Ended(end);
    }
}
