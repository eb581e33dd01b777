using ClipGen.Client.Wire;
using ClipGen.Gateway.Auth;
using ClipGen.Gateway.Generations;
using ClipGen.Gateway.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClipGen.Gateway.Endpoints;

/// <summary>The caller's generations, page by page.</summary>
internal static class ListEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/v1/generations", ListAsync)
        .WithName("listGenerations").WithSummary("The caller's generations, newest first; may lag behind by a moment.")
        .WithDescription("limit: 1 to 100 (20). after: next of an earlier page, or an id. state: queued, running, completed, failed or cancelled; may be said several times. model. created_after (inclusive), created_before (exclusive): Unix time in seconds.")
        .Produces<GenerationPage>().ProducesErrors(400, 401, 503);

    private static async Task<IResult> ListAsync(HttpContext context, IGrainFactory grains, Resources resources)
    {
        var query = ListParameters.Read(context.Request.Query);
        var page = await grains.GetGrain<IGenerationListGrain>(context.Tenant()).ListAsync(query).WaitAsync(context.RequestAborted);
        return WireResults.Ok(
            new GenerationPage
            {
                Data = [.. page.Generations.Select(g => resources.Generation(g, context.Request))],
                HasMore = page.Next is not null,
                Next = page.Next,
                FirstId = page.Generations.Count > 0 ? page.Generations[0].Id : null,
                LastId = page.Generations.Count > 0 ? page.Generations[^1].Id : null,
            },
            WireResults.Json.GenerationPage);
    }
}
