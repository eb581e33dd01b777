using System.ClientModel;
using System.ClientModel.Primitives;
using ClipGen.Cluster.Tests.Fakes;
using OpenAI;
using OpenAI.Images;

namespace ClipGen.Gateway.Tests;

/// <summary>OpenAI's own .NET client against the real server.</summary>
public sealed class OfficialNetClientTests
{
    [Fact]
    public async Task Generates_an_image()
    {
        await using var sut = await Sut.CreateSut();

        GeneratedImage image = await Client(sut).GenerateImageAsync("a red circle", new() { Size = new GeneratedImageSize(32, 32), ResponseFormat = GeneratedImageFormat.Bytes }, Sut.Token);

        Assert.NotEmpty(image.ImageBytes.ToArray());
    }

    [Fact]
    public async Task Generates_several_by_address()
    {
        await using var sut = await Sut.CreateSut();

        GeneratedImageCollection images = await Client(sut).GenerateImagesAsync("a red circle", 2, new() { ResponseFormat = GeneratedImageFormat.Uri }, Sut.Token);

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.True(image.ImageUri.IsAbsoluteUri));
        Assert.True(images.CreatedAt > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Reads_our_members_through_the_protocol_method()
    {
        await using var sut = await Sut.CreateSut();
        using var body = BinaryContent.Create(BinaryData.FromString("""{"prompt":"a red circle","seed":42,"candidates":2}"""));

        var result = await Client(sut).GenerateImagesAsync(body, new RequestOptions { CancellationToken = Sut.Token });

        Assert.Contains("\"seed\":42", result.GetRawResponse().Content.ToString());
    }

    [Theory]
    [InlineData("""{"prompt":"x","steps":5}""", 400, "unknown_parameter")]
    [InlineData("""{"prompt":"x","model":"none"}""", 404, "model_not_found")]
    [InlineData("""{"prompt":"x","deadline_ms":1}""", 429, "deadline_cannot_hold")]
    public async Task Reads_errors(string request, int status, string code)
    {
        await using var sut = await Sut.CreateSut();
        using var body = BinaryContent.Create(BinaryData.FromString(request));

        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(sut).GenerateImagesAsync(body));

        Assert.Equal(status, error.Status);
        Assert.Contains(code, error.Message);
    }

    [Fact]
    public async Task Tries_again_while_the_model_is_loading()
    {
        await using var sut = await Sut.CreateSut([], []);
        using var body = BinaryContent.Create(BinaryData.FromString("""{"prompt":"x"}"""));

        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(sut).GenerateImagesAsync(body));

        Assert.Equal(503, error.Status);
        Assert.Contains("model_loading", error.Message);
    }

    private static ImageClient Client(Sut sut) => new("fake", new ApiKeyCredential("any"), new OpenAIClientOptions { Endpoint = new(sut.Root, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
}
