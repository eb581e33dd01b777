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
}
