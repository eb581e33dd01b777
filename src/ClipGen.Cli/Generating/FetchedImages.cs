using System.Security.Cryptography;
using ClipGen.Cli.Terminal;
using ClipGen.Cluster.Storage;
using Microsoft.Extensions.Options;

namespace ClipGen.Cli.Generating;

/// <summary>Brings what a cluster has stored into a folder of this machine.</summary>
internal static class FetchedImages
{
    /// <param name="store">The cluster's store as this process sees it.</param>
    /// <returns>The result with the files' places here.</returns>
    /// <exception cref="CommandException">A file cannot be read from here; says what would help.</exception>
    /// <exception cref="ImageStoreException">The folder cannot be written to, or has another file of that name.</exception>
    public static async Task<GenerationResult> FetchAsync(IImageStore store, GenerationRequest request, GenerationResult result, string folder, CancellationToken cancellationToken)
    {
        var here = new FileImageStore(Options.Create(new FileImageStoreOptions { RootFolder = folder }));
        var images = new List<RankedImage>();
        foreach (var image in result.Images)
        {
            byte[] file = await ReadAsync(store, image.Name, image.Location, found => Convert.ToHexStringLower(SHA256.HashData(found)) == image.Sha256, cancellationToken);
            images.Add(image with { Location = await here.WriteAsync(image.Name, file, cancellationToken) });
        }
        byte[] manifest = await ReadAsync(store, request.ManifestName, result.ManifestLocation, _ => true, cancellationToken);
        return result with { Images = images, ManifestLocation = await here.WriteAsync(request.ManifestName, manifest, cancellationToken) };
    }

    private static async Task<byte[]> ReadAsync(IImageStore store, string name, string location, Func<byte[], bool> isRight, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(name, cancellationToken) is { } stored && isRight(stored)) return stored;
        // On the gateway's own machine, or where its folder is mounted under the same name, the place it told is right.
        if (File.Exists(location) && await File.ReadAllBytesAsync(location, cancellationToken) is { } told && isRight(told)) return told;
        throw new CommandException(
            $"The cluster has drawn and stored it, but '{name}' cannot be read from here: the gateway put it at '{location}', and this process looked at '{store.LocationOf(name)}', too. "
            + "Name the gateways' data folder as it is mounted here with --data, or configure the image store as the gateways do (ClipGen:Images, ClipGen:FileImageStore:RootFolder).");
    }
}
