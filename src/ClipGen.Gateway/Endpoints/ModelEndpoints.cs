using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClipGen.Gateway.Endpoints;

/// <summary>The models that devices have.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", async (IGrainFactory grains, CancellationToken token) => WireResults.Ok(new ModelList { Data = await ModelsAsync(grains, token) }, WireResults.Json.ModelList))
            .WithName("listModels").WithSummary("Models that some device has.").Produces<ModelList>().ProducesErrors(401, 503);
        app.MapGet("/v1/models/{id}", async (string id, IGrainFactory grains, CancellationToken token) =>
        {
            var models = await ModelsAsync(grains, token);
            var model = models.FirstOrDefault(m => m.Id == id) ?? throw new ModelNotFoundException(models.Count == 0
                ? "No device has any model yet."
                : $"No device has this model. There are: {string.Join(", ", models.Select(m => m.Id))}.");
            return WireResults.Ok(model, WireResults.Json.ModelResource);
        }).WithName("getModel").WithSummary("A model.").Produces<ModelResource>().ProducesErrors(401, 404, 503);
    }

    private static async Task<IReadOnlyList<ModelResource>> ModelsAsync(IGrainFactory grains, CancellationToken cancellationToken)
    {
        var devices = await grains.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync().WaitAsync(cancellationToken);
        return [.. devices.Select(d => d.Model).DistinctBy(m => m.Name).OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => new ModelResource
        {
            Id = m.Name,
            Created = 0,   // OpenAI's clients demand a time, and a bundle has none
            OwnedBy = "clipgen",
            Digest = m.Digest,
            DefaultCandidates = m.DefaultCandidates,
            CodebookSize = m.CodebookSize,
            CodesPerImage = m.CodesPerImage,
            ImageSize = m.ImageSize,
        })];
    }
}
