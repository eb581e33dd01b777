using System.Security.Cryptography;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Storage;

/// <summary>Whole generations whose images go to a real Azurite, which is taken away from some of them.</summary>
public sealed class BlobGenerationTests : IAsyncLifetime
{
    private const string Container = "pictures";

    private readonly AzuriteServer _azurite = new();
    private readonly FakeEngine _engine = new();

    public ValueTask InitializeAsync() => _azurite.InitializeAsync();

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();

    private BlobContainerClient Blobs => new BlobServiceClient(_azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)).GetBlobContainerClient(Container);

    private Task<Sut> StartAsync()
    {
        string connection = _azurite.ConnectionString;
        return Sut.CreateSut(
            services =>
            {
                services.Configure<ImageStoreOptions>(o => (o.Store, o.ConnectionString, o.Container) = ("blob", connection, Container));
                services.Configure<GenerationOptions>(o => (o.Backoff, o.LongestBackoff, o.StoreAttempts) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), 1000));
            },
            [_engine]);
    }

    [Fact]
    public async Task Images_and_manifest_are_blobs_that_tell_whose_they_are_and_go_with_their_generation()
    {
        await using var sut = await StartAsync();
        var request = await sut.Request(keep: 2);
        var generation = await sut.Submit(new Submission { Request = request, Tenant = "cats" });

        var end = (await Sut.Watch(generation))[^1].Status;

        var result = end.Result!;
        Assert.Equal(result.Images.Select(i => i.Name).Append(request.ManifestName).Order(StringComparer.Ordinal), (await NamesAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(Blobs.GetBlobClient(request.ManifestName).Uri.AbsoluteUri, result.ManifestLocation);
        foreach (var image in result.Images)
        {
            var blob = Blobs.GetBlobClient(image.Name);
            Assert.Equal(blob.Uri.AbsoluteUri, image.Location);
            byte[] content = (await blob.DownloadContentAsync(Sut.Token)).Value.Content.ToArray();
            Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
            Assert.Equal(content, (await generation.ReadImageAsync(image.Candidate))!.Content);
            var tags = (await blob.GetTagsAsync(cancellationToken: Sut.Token)).Value.Tags;
            Assert.Equal((end.Id, "cats", $"{image.Candidate}", $"{request.Seed}", request.ModelDigest), (tags["generation_id"], tags["tenant"], tags["candidate"], tags["seed"], tags["model_digest"]));
        }
        Assert.False((await Blobs.GetBlobClient(request.ManifestName).GetTagsAsync(cancellationToken: Sut.Token)).Value.Tags.ContainsKey("candidate"));

        await generation.ForgetAsync(withImages: true);

        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task An_account_that_is_away_under_load_loses_nothing_and_lets_nothing_pile_up()
    {
        const int Before = 12, Meanwhile = 12;
        await using var sut = await StartAsync();
        var generations = new List<IGenerationGrain>();
        for (int i = 0; i < Before; i++) generations.Add(await sut.Submit(await sut.Request(seed: (ulong)i, candidates: 2)));
        await Sut.Watch(generations[0]);   // the others are somewhere on their way
        await _azurite.StopAsync();

        generations.Add(await sut.Submit(await sut.Request(seed: Before, candidates: 2)));
        await RetriedAsync(generations[^1]);   // it has found the account away
        for (int i = 1; i <= Meanwhile; i++) generations.Add(await sut.Submit(await sut.Request(seed: (ulong)(Before + i), candidates: 2)));
        await Task.WhenAll(generations[^Meanwhile..].Select(RetriedAsync));
        // Whatever comes while the account is away holds no images: it is not drawn before the account is back.
        Assert.InRange(_engine.Decoded, 1, Before + 1);

        await _azurite.StartAsync();
        var ends = await Task.WhenAll(generations.Select(async g => (await Sut.Watch(g))[^1].Status));

        Assert.All(ends, end => Assert.Equal(GenerationState.Completed, end.State));
        Assert.All(ends[^Meanwhile..], end => Assert.NotEqual(0, end.Retries));
        var images = ends.SelectMany(e => e.Result!.Images).ToList();
        Assert.Equal(images.Select(i => i.Name).Concat(ends.Select(e => e.Request.ManifestName)).Order(StringComparer.Ordinal), (await NamesAsync()).Order(StringComparer.Ordinal));
        foreach (var image in images)
        {
            byte[] content = (await Blobs.GetBlobClient(image.Name).DownloadContentAsync(Sut.Token)).Value.Content.ToArray();
            Assert.Equal(image.Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        static async Task RetriedAsync(IGenerationGrain generation)
        {
            int retries = (await generation.GetStatusAsync()).Retries;
            await foreach (var e in generation.WatchAsync(0, Sut.Token))
            {
                if (e.Status.Retries > retries) return;
            }
        }
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Blobs.GetBlobsAsync(cancellationToken: Sut.Token)) names.Add(blob.Name);
        return names;
    }
}
