namespace ClipGen.Gateway.Tests;

public sealed class DescriptionTests
{
    [Fact]
    public async Task Models_and_cluster_are_told()
    {
        await using var sut = await Sut.CreateSut();

        var list = (await sut.Get("/v1/models")).Json;
        Assert.Equal("list", list.GetProperty("object").GetString());
        var model = (await sut.Get("/v1/models/fake")).Json;
        Assert.Equal(("fake", "model", 64), (model.GetProperty("id").GetString(), model.GetProperty("object").GetString(), model.GetProperty("codes_per_image").GetInt32()));
        Assert.Equal(model.GetRawText(), list.GetProperty("data")[0].GetRawText());

        var cluster = (await sut.Get("/v1/cluster")).Json;
        Assert.Equal("active", Assert.Single(cluster.GetProperty("silos").EnumerateArray()).GetProperty("status").GetString());
        var device = Assert.Single(cluster.GetProperty("devices").EnumerateArray());
        Assert.Equal(("fake", 4, 4), (device.GetProperty("model").GetString(), device.GetProperty("slots").GetInt32(), device.GetProperty("free").GetInt32()));
        Assert.Equal(0, Assert.Single(cluster.GetProperty("queues").EnumerateArray()).GetProperty("waiting").GetInt32());
        Assert.Equal(200, (await sut.Get("/health/ready")).Status);
    }

    [Fact]
    public async Task What_has_got_done_of_late_is_told()
    {
        await using var sut = await Sut.CreateSut();
        var before = (await sut.Get("/v1/cluster")).Json.GetProperty("queues")[0];
        Assert.Equal(0, before.GetProperty("images_per_second").GetDouble());
        Assert.False(before.TryGetProperty("latency_p50", out _));

        await sut.Images("""{"prompt":"x","n":2}""");

        var after = (await sut.Get("/v1/cluster")).Json.GetProperty("queues")[0];
        Assert.InRange(after.GetProperty("images_per_second").GetDouble(), 2 / 60.0, 2);
        Assert.InRange(after.GetProperty("latency_p50").GetDouble(), 0.0001, 60);
        Assert.Equal(after.GetProperty("latency_p50").GetDouble(), after.GetProperty("latency_p95").GetDouble());
    }

    [Fact]
    public async Task The_API_describes_itself()
    {
        await using var sut = await Sut.CreateSut();

        var document = (await sut.Get("/openapi/v1.json")).Json;

        var paths = document.GetProperty("paths");
        Assert.All(
            [
                "/v1/images/generations", "/v1/images/variations", "/v1/generations", "/v1/generations/{id}", "/v1/generations/{id}/events", "/v1/generations/{id}/replay", "/v1/models", "/v1/cluster",
            ],
            path => Assert.True(paths.TryGetProperty(path, out _), path));
        Assert.True(paths.GetProperty("/v1/generations").TryGetProperty("get", out _));
        var request = document.GetProperty("components").GetProperty("schemas").GetProperty("CreateImageRequest").GetProperty("properties");
        Assert.True(request.TryGetProperty("partial_images", out _));
    }

    /// <summary>Whatever a description has is sent everywhere: what is not taken is refused by name.</summary>
    [Theory]
    [InlineData("/v1/images/generations", "CreateImageRequest")]
    [InlineData("/v1/images/variations", "CreateVariationRequest")]
    [InlineData("/v1/generations", "CreateGenerationRequest")]
    public async Task The_members_that_are_taken_are_described_and_no_others(string path, string schema)
    {
        await using var sut = await Sut.CreateSut();
        var schemas = (await sut.Get("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");
        string[] Described(string name) => [.. schemas.GetProperty(name).GetProperty("properties").EnumerateObject().Select(member => member.Name)];
        string[] all = [.. Described("CreateImageRequest").Union(Described("CreateVariationRequest")).Union(Described("CreateGenerationRequest")).Order(StringComparer.Ordinal)];

        Answer answer;
        if (schema == "CreateVariationRequest")
        {
            using var form = new MultipartFormDataContent();
            foreach (string name in all) form.Add(new StringContent("?"), name);
            answer = await sut.Send(HttpMethod.Post, path, form);
        }
        else
        {
            answer = await sut.Post(path, $$"""{{{string.Join(',', all.Select(name => $"\"{name}\":[[]]"))}}}""");
        }

        Assert.Equal(400, answer.Status);
        var unknown = answer.Json.GetProperty("error").GetProperty("errors").EnumerateArray()
            .Where(e => e.GetProperty("message").GetString()!.Contains("is not a parameter", StringComparison.Ordinal)).Select(e => e.GetProperty("param").GetString()!);
        // Previews come in streams; the other way to images says so, in words of its own.
        Assert.Equal(all.Except(Described(schema)).Except(schema == "CreateVariationRequest" ? ["partial_images"] : []), unknown.Order(StringComparer.Ordinal));
    }
}
