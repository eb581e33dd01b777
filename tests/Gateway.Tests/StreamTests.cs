using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task A_stream_without_previews_is_the_finished_image()
    {
        await using var sut = await Sut.CreateSut();

        var events = await Stream(sut, 0);

        var (type, _, data) = Assert.Single(events);
        Assert.Equal("image_generation.completed", type);
        Assert.Equal(type, data.GetProperty("type").GetString());
        Assert.NotEmpty(data.GetProperty("b64_json").GetBytesFromBase64());
        Assert.True(data.GetProperty("created_at").TryGetInt64(out _));
        Assert.Equal(("32x32", "auto", "opaque", "png"), (Text("size"), Text("quality"), Text("background"), Text("output_format")));
        Assert.True(data.GetProperty("usage").GetProperty("output_tokens").GetInt64() > 0);
        Assert.False(data.TryGetProperty("partial_image_index", out _));

        string? Text(string name) => data.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData(1, "preview of 32")]
    [InlineData(3, "preview of 16", "preview of 32", "preview of 48")]
    public async Task Previews_show_the_rows_drawn_so_far(int previews, params string[] files)
    {
        // Drawing goes on when the preview has been seen: otherwise it might be late, and dropped.
        var seen = new SemaphoreSlim(0);
        await using var sut = await Sut.CreateSut(new FakeEngine { AtGlimpse = codes => files.Contains($"preview of {codes}") ? seen.WaitAsync(Sut.Token) : Task.CompletedTask });
        using var events = new Events(await sut.Open(HttpMethod.Post, "/v1/images/generations", $$"""{"prompt":"x","stream":true,"partial_images":{{previews}}}"""));

        foreach (var (index, file) in files.Index())
        {
            var (type, _, data) = (await events.Next())!.Value;
            Assert.Equal("image_generation.partial_image", type);
            Assert.Equal(index, data.GetProperty("partial_image_index").GetInt32());
            Assert.Equal(file, System.Text.Encoding.UTF8.GetString(data.GetProperty("b64_json").GetBytesFromBase64()));
            seen.Release();
        }
        Assert.Equal("image_generation.completed", (await events.Next())!.Value.Type);
        Assert.Null(await events.Next());
    }

    [Fact]
    public async Task A_failure_in_mid_stream_is_an_error_event()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { DecodeFailure = new ArithmeticException("broken weights") });

        var (type, _, data) = Assert.Single(await Stream(sut, 0));

        Assert.Equal(("error", "error"), (type, data.GetProperty("type").GetString()));
        Assert.Equal("generation_failed", data.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("broken weights", data.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task What_is_refused_before_the_stream_is_an_ordinary_error()
    {
        await using var sut = await Sut.CreateSut();

        (await sut.Images("""{"prompt":"x","stream":true,"model":"none"}""")).IsError(404, "invalid_request_error", "model_not_found", "model");
    }

    [Fact]
    public async Task Whoever_hangs_up_leaves_a_generation_that_is_finished()
    {
        var hold = new TaskCompletionSource();
        var engine = new FakeEngine { Hold = hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        await HangUp(sut, engine, """{"prompt":"x","stream":true,"seed":5,"candidates":2}""");

        hold.SetResult();
        var again = await sut.Images("""{"prompt":"x","seed":5,"candidates":2}""");

        Assert.Equal(200, again.Status);
        Assert.Equal((2, 0), (engine.Sampled, engine.Cancelled));
    }

    [Fact]
    public async Task Whoever_asks_for_it_cancels_by_hanging_up()
    {
        var engine = new FakeEngine { Hold = new TaskCompletionSource().Task };
        await using var sut = await Sut.CreateSut(engine);

        await HangUp(sut, engine, """{"prompt":"x","stream":true,"candidates":2,"on_disconnect":"cancel"}""");

        await engine.Freed.WaitAsync(Sut.Token);
        Assert.Equal((0, 2), (engine.Sampled, engine.Cancelled));
    }

    private static async Task<List<(string Type, int? Id, System.Text.Json.JsonElement Data)>> Stream(Sut sut, int previews)
    {
        using var events = new Events(await sut.Open(HttpMethod.Post, "/v1/images/generations", $$"""{"prompt":"x","stream":true,"partial_images":{{previews}}}"""));
        return await events.All();
    }

    private static async Task HangUp(Sut sut, FakeEngine engine, string body)
    {
        var stream = await sut.Open(HttpMethod.Post, "/v1/images/generations", body);
        await engine.Halfway.WaitAsync(Sut.Token);
        await stream.DisposeAsync();
    }
}
