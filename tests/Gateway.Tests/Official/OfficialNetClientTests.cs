using System.ClientModel;
using System.ClientModel.Primitives;
using ClipGen.Cluster.Tests.Prompts;
using OpenAI.Images;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>OpenAI's own .NET client against the real server.</summary>
public sealed class OfficialNetClientTests
{
    [Fact]
    public async Task Generates_an_image()
    {
        await using var sut = await Sut.CreateSut();

        GeneratedImage image = await NetClient.Create(sut, maxRetries: 0).GenerateImageAsync("a red circle", new() { Size = new GeneratedImageSize(32, 32), ResponseFormat = GeneratedImageFormat.Bytes }, Sut.Token);

        Assert.NotEmpty(image.ImageBytes.ToArray());
    }

    [Fact]
    public async Task Generates_several_by_address()
    {
        await using var sut = await Sut.CreateSut();

        GeneratedImageCollection images = await NetClient.Create(sut, maxRetries: 0).GenerateImagesAsync("a red circle", 2, new() { ResponseFormat = GeneratedImageFormat.Uri }, Sut.Token);

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.True(image.ImageUri.IsAbsoluteUri));
        Assert.True(images.CreatedAt > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Varies_an_image()
    {
        await using var sut = await Sut.CreateSut();
        using var picture = new MemoryStream(PromptFiles.Picture());

        GeneratedImage image = await NetClient.Create(sut, maxRetries: 0).GenerateImageVariationAsync(picture, "picture.png", new() { ResponseFormat = GeneratedImageFormat.Bytes }, Sut.Token);

        Assert.NotEmpty(image.ImageBytes.ToArray());
    }

    [Fact]
    public async Task Reads_what_is_wrong_with_an_image_to_vary()
    {
        await using var sut = await Sut.CreateSut();
        using var picture = new MemoryStream(PromptFiles.Picture()[..^40]);

        var error = await Assert.ThrowsAsync<ClientResultException>(() => NetClient.Create(sut, maxRetries: 0).GenerateImageVariationsAsync(picture, "picture.png", 2, cancellationToken: Sut.Token));

        Assert.Equal(400, error.Status);
        Assert.Contains("cut short", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_our_members_through_the_protocol_method()
    {
        await using var sut = await Sut.CreateSut();
        using var body = BinaryContent.Create(BinaryData.FromString("""{"prompt":"a red circle","seed":42,"candidates":2}"""));

        var result = await NetClient.Create(sut, maxRetries: 0).GenerateImagesAsync(body, new RequestOptions { CancellationToken = Sut.Token });

        Assert.Contains("\"seed\":42", result.GetRawResponse().Content.ToString());
    }
}
