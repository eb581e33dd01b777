using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class GenerationTests
{
    [Fact]
    public async Task A_generation_is_accepted_at_once_and_looked_up_later()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = hold.Task });

        var accepted = await sut.Post("/v1/generations", """{"prompt":"a red circle","seed":9,"n":2,"candidates":4,"partial_images":0,"priority":"batch"}""");

        Assert.Equal(202, accepted.Status);
        string id = accepted.Json.GetProperty("id").GetString()!;
        Assert.Equal($"/v1/generations/{id}", accepted.Header("Location"));
        Assert.Equal(256, accepted.Json.GetProperty("codes_total").GetInt32());
        Assert.False(accepted.Json.TryGetProperty("images", out _));

        hold.SetResult();
        Assert.Equal("completed", (await Watch(sut, id))[^1].Type);
        var ended = (await sut.Get($"/v1/generations/{id}")).Json;
        Assert.Equal(("completed", 2, 4), (ended.GetProperty("state").GetString(), ended.GetProperty("images").GetArrayLength(), ended.GetProperty("candidate_scores").GetArrayLength()));
    }

    [Fact]
    public async Task Events_are_numbered_and_go_on_after_the_last_one_seen()
    {
        await using var sut = await Sut.CreateSut();
        string id = await Accept(sut, """{"prompt":"x","candidates":2}""");

        var all = await Watch(sut, id);
        Assert.Equal("queued", all[0].Type);
        Assert.Contains(all, e => e.Type == "encoded");
        Assert.Equal("completed", all[^1].Type);
        Assert.Equal(id, all[^1].Data.GetProperty("generation").GetProperty("id").GetString());
        Assert.Equal(all.Select(e => e.Id).Order(), all.Select(e => e.Id));
        Assert.All(all, e => Assert.Equal(e.Id, e.Data.GetProperty("number").GetInt32()));

        var decoded = all.Single(e => e.Type == "decoded");
        var rest = await Watch(sut, id, ("Last-Event-ID", $"{decoded.Id}"));
        Assert.Equal(["image", "completed"], rest.Select(e => e.Type));
        Assert.Equal(204, (await sut.Get($"/v1/generations/{id}/events", ("Last-Event-ID", $"{all[^1].Id}"))).Status);
        (await sut.Get($"/v1/generations/{id}/events", ("Last-Event-ID", "x"))).IsError(400, "invalid_request_error", "invalid_value", "Last-Event-ID");
    }

    [Fact]
    public async Task An_idle_stream_says_that_it_is_alive()
    {
        var hold = new TaskCompletionSource();
        var engine = new FakeEngine { Hold = hold.Task };
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Api:KeepAlive"] = "00:00:00.1" }, [engine]);
        string id = await Accept(sut, """{"prompt":"x","candidates":1}""");
        using var reader = new StreamReader(await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events"));

        while (await reader.ReadLineAsync(Sut.Token) is { } line && line != ": keep-alive") Assert.DoesNotContain("completed", line);

        Assert.Equal(0, engine.Sampled);
        hold.SetResult();
    }

    [Fact]
    public async Task A_generation_is_cancelled_in_mid_sample()
    {
        var engine = new FakeEngine { Hold = new TaskCompletionSource().Task };
        await using var sut = await Sut.CreateSut(engine);
        string id = await Accept(sut, """{"prompt":"x","candidates":2}""");
        await engine.Halfway.WaitAsync(Sut.Token);

        var answer = await sut.Send(HttpMethod.Delete, $"/v1/generations/{id}", null);

        Assert.Equal((200, "cancelled"), (answer.Status, answer.Json.GetProperty("state").GetString()));
        await engine.Freed.WaitAsync(Sut.Token);
        Assert.Equal("cancelled", (await Watch(sut, id))[^1].Type);
    }

    [Fact]
    public async Task A_watcher_that_asks_for_it_cancels_by_hanging_up()
    {
        var engine = new FakeEngine { Hold = new TaskCompletionSource().Task };
        await using var sut = await Sut.CreateSut(engine);
        string id = await Accept(sut, """{"prompt":"x","candidates":2}""");
        var stream = await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events?on_disconnect=cancel");
        await engine.Halfway.WaitAsync(Sut.Token);

        await stream.DisposeAsync();

        await engine.Freed.WaitAsync(Sut.Token);
        Assert.Equal(2, engine.Cancelled);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("x")]
    [InlineData("..%2F..%2Fetc")]
    public async Task There_is_no_generation_of_another_name(string id)
    {
        await using var sut = await Sut.CreateSut();

        (await sut.Get($"/v1/generations/{id}")).IsError(404, "invalid_request_error", "generation_not_found", "id");
        (await sut.Get($"/v1/generations/{id}/events")).IsError(404, "invalid_request_error", "generation_not_found", "id");
        (await sut.Send(HttpMethod.Delete, $"/v1/generations/{id}", null)).IsError(404, "invalid_request_error", "generation_not_found", "id");
    }

    private static async Task<string> Accept(Sut sut, string body) => (await sut.Post("/v1/generations", body)).Json.GetProperty("id").GetString()!;

    private static async Task<List<(string Type, int? Id, System.Text.Json.JsonElement Data)>> Watch(Sut sut, string id, params (string Name, string Value)[] headers)
    {
        using var events = new Events(await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events", headers: headers));
        return await events.All();
    }
}
