using ClipGen.Cluster.Storage;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Generations;

/// <summary>Images of generations, from the store.</summary>
internal sealed class StoredImages(IImageStore store)
{
    /// <exception cref="ApiException">The store has it no longer.</exception>
    public async Task<byte[]> ReadAsync(RankedImage image, CancellationToken cancellationToken) =>
        await store.ReadAsync(image.Name, cancellationToken) ?? throw Gone(image.Name);

    /// <summary>An image of this generation, and of no other.</summary>
    /// <exception cref="ApiException">It has none of this name.</exception>
    public Task<byte[]> ReadAsync(GenerationStatus status, string name, CancellationToken cancellationToken) =>
        ReadAsync(status.Result?.Images.FirstOrDefault(i => i.Name == name) ?? throw Gone(name), cancellationToken);

    /// <summary>Where the store itself hands an image out for a while; null where it does not.</summary>
    public Task<Uri?> LinkAsync(RankedImage image, CancellationToken cancellationToken) => store.LinkAsync(image.Name, cancellationToken);

    private static ApiException Gone(string name) =>
        new(StatusCodes.Status404NotFound, ErrorTypes.InvalidRequest, ErrorCodes.ImageNotFound, $"There is no image '{new string([.. name.Take(80).Where(c => !char.IsControl(c))])}' of this generation.", "name");
}
