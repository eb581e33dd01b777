using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ClipGen.EndToEnd.Tests;

/// <summary><c>clipgen generate</c> with its pictures in a real Azurite.</summary>
public sealed class BlobTests(RandomModel noise, AzuriteServer azurite) : IClassFixture<AzuriteServer>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Pictures_go_to_the_account_that_the_environment_names_and_come_here_as_well()
    {
        var clipgen = new Clipgen(folder.Path) { Environment = { ["CLIPGEN__Images__ConnectionString"] = azurite.ConnectionString, ["CLIPGEN__Images__Container"] = "pictures" } };
        string[] command = ["generate", "a ring", "--model", noise.Path, "--candidates", "2", "-n", "2", "--json"];

        using var json = JsonDocument.Parse(await clipgen.SucceedAsync([.. command, "--seed", "5", "--images", "blob"]));
        await clipgen.SucceedAsync([.. command, "--seed", "5", "--out", "again"]);   // the same bytes under the same names
        await clipgen.SucceedAsync([.. command, "--seed", "6", "--images", "files", "--out", "files"]);

        var container = new BlobServiceClient(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05)).GetBlobContainerClient("pictures");
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken)) names.Add(blob.Name);
        Assert.Equal(Names("out"), names.Order(StringComparer.Ordinal));
        Assert.Equal(Names("out"), Names("again"));
        Assert.Equal(3, Names("files").Length);
        foreach (var image in json.RootElement.GetProperty("images").EnumerateArray())
        {
            var blob = new BlobClient(azurite.ConnectionString, "pictures", Path.GetFileName(image.GetProperty("path").GetString()!), new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
            Assert.Equal(blob.Uri.AbsoluteUri, image.GetProperty("stored").GetString());
            byte[] content = (await blob.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToArray();
            Assert.Equal(image.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(content)));
            Assert.Equal(content, File.ReadAllBytes(image.GetProperty("path").GetString()!));
        }
    }

    [Theory]
    [InlineData("ClipGen:Images:Store is 'cloud'; use files or blob.", "--images", "cloud")]
    [InlineData("nothing says which account", "--images", "blob")]
    [InlineData("AccountUrl must be the account's blob endpoint", "--images", "https://pictures.blob.core.windows.net/c?sig=c2VjcmV0")]
    public async Task A_store_that_cannot_be_is_refused_with_a_remedy(string says, params string[] more)
    {
        var outcome = await new Clipgen(folder.Path).RunAsync(["generate", "x", "--model", noise.Path, .. more]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(says, outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    private string[] Names(string name) => [.. Directory.GetFiles(folder[name]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Dispose();
}
