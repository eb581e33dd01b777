using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Storage;

public sealed class ImageStoreOptionsTests
{
    private const string Secret = "c2VjcmV0IHNlY3JldA==";
    private const string Connection = $"DefaultEndpointsProtocol=https;AccountName=pictures;AccountKey={Secret};EndpointSuffix=core.windows.net";

    private static ServiceProvider CreateSut(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"ClipGen:Images:{s.Key}", (string?)s.Value))).Build());
        services.AddImageStore().AddImageStore();
        return services.BuildServiceProvider();
    }

    [Fact]
    public void Files_are_the_default_and_blobs_are_chosen_by_name_or_by_their_account()
    {
        using var files = CreateSut();
        Assert.IsType<FileImageStore>(files.GetRequiredService<IImageStore>());

        using var blobs = CreateSut(("Store", "Blob"), ("ConnectionString", Connection));
        Assert.Equal("https://pictures.blob.core.windows.net/clipgen/a.png", Assert.IsType<BlobImageStore>(blobs.GetRequiredService<IImageStore>()).LocationOf("a.png"));

        using var chosen = CreateSut(("Store", "files"), ("ConnectionString", Connection));
        Assert.IsType<FileImageStore>(chosen.GetRequiredService<IImageStore>());

        using var own = CreateSut(("AccountUrl", "https://pictures.blob.core.windows.net"), ("Container", "cats-1"));
        Assert.Equal("https://pictures.blob.core.windows.net/cats-1/a.png", own.GetRequiredService<IImageStore>().LocationOf("a.png"));
    }

    [Fact]
    public void A_signature_in_the_connection_string_is_not_part_of_a_location()
    {
        using var sut = CreateSut(("Store", "blob"), ("ConnectionString", "BlobEndpoint=https://pictures.blob.core.windows.net;SharedAccessSignature=sv=2025-11-05&sr=c&sp=racw&sig=secret"));
        Assert.Equal("https://pictures.blob.core.windows.net/clipgen/a.png", sut.GetRequiredService<IImageStore>().LocationOf("a.png"));
    }

    [Theory]
    [InlineData("ClipGen:Images:Store is 'cloud'; use files or blob.", "Store", "cloud")]
    [InlineData("nothing says which account: set the environment's CLIPGEN__Images__ConnectionString, or ClipGen:Images:AccountUrl", "Store", "blob")]
    [InlineData("keep the former to show a key", "Store", "blob", "ConnectionString", Connection, "AccountUrl", "https://pictures.blob.core.windows.net")]
    [InlineData("ClipGen:Images:ConnectionString is none of a storage account", "Store", "blob", "ConnectionString", "AccountKey=" + Secret)]
    [InlineData("AccountUrl must be the account's blob endpoint", "Store", "blob", "AccountUrl", "http://pictures.blob.core.windows.net")]
    [InlineData("AccountUrl must be the account's blob endpoint", "Store", "blob", "AccountUrl", "https://pictures.blob.core.windows.net/cats")]
    [InlineData("AccountUrl must be the account's blob endpoint", "Store", "blob", "AccountUrl", "https://pictures.blob.core.windows.net?sig=" + Secret)]
    [InlineData("ClipGen:Images:Container is 'Cats'; use 3 to 63", "Store", "blob", "ConnectionString", Connection, "Container", "Cats")]
    [InlineData("ClipGen:Images:Container is 'a--b'", "Store", "blob", "ConnectionString", Connection, "Container", "a--b")]
    [InlineData("ClipGen:Images:LinkLifetime must be between", "Store", "blob", "ConnectionString", Connection, "LinkLifetime", "7.00:00:00")]
    public void What_is_wrong_is_said_with_a_remedy_and_without_secrets(string says, params string[] settings)
    {
        using var sut = CreateSut([.. settings.Chunk(2).Select(s => (s[0], s[1]))]);
        var error = Assert.Throws<OptionsValidationException>(() => sut.GetRequiredService<IImageStore>());
        Assert.Contains(says, Assert.Single(error.Failures));
        Assert.DoesNotContain(Secret, error.Message);
    }

    [Fact]
    public async Task A_wrong_store_stops_a_silo_at_its_start()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => Sut.CreateSut(s => s.Configure<ImageStoreOptions>(o => o.Store = "cloud"), []));
        Assert.Contains("use files or blob", error.Message);
    }
}
