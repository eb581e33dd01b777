using System.Net.Http.Headers;
using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Cluster.Tests.Prompts;
using ClipGen.Gateway.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>Many who send large bodies at once, quickly, slowly, or never to the end.</summary>
public sealed class LargeBodyTests : IAsyncLifetime
{
    private const int Largest = 1 << 20, AtOnce = 2 * Largest;
    private const string Start = "POST /v1/generations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

    private static readonly string Large = $$"""{"prompt":"x","image":"{{new string('A', Largest - 100)}}"}""";

    private Sut _sut = null!;

    private BodyBudget Budget => _sut.Services.GetRequiredService<BodyBudget>();

    public async ValueTask InitializeAsync() => await StartAsync(bodyTimeout: "00:02:00");

    public async ValueTask DisposeAsync()
    {
        await HoldsAsync(0);   // whatever came of it, nothing is left
        await _sut.DisposeAsync();
    }

    [Fact]
    public async Task What_finds_no_room_is_told_to_come_again_and_does_when_there_is_room()
    {
        var slow = await FillAsync();

        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _sut.Post("/v1/generations", Large))))
        {
            answer.IsError(503, "server_error", "overloaded", null);
            Assert.Equal("1", answer.Header("Retry-After"));
        }

        foreach (var raw in slow)
        {
            await raw.WriteAsync("}");
            Assert.Equal("invalid_value", Code(await raw.ReadToEndAsync()));   // read to its end: 'AAA…' is no image
            raw.Dispose();
        }
        await HoldsAsync(0);
        (await _sut.Post("/v1/generations", Large)).IsError(400, "invalid_request_error", "invalid_value", "image");
    }

    [Fact]
    public async Task Small_requests_are_answered_while_large_ones_have_all_the_room()
    {
        var slow = await FillAsync();

        for (int i = 0; i < 20; i++) Assert.Equal(200, (await _sut.Images("""{"prompt":"x","candidates":1}""")).Status);
        Assert.Equal(202, (await _sut.Post("/v1/generations", $$"""{"prompt":"{{new string('x', 10_000)}}","candidates":1}""")).Status);
        Assert.Equal(200, (await _sut.Get("/v1/models")).Status);

        foreach (var raw in slow) raw.Dispose();
    }

    [Fact]
    public async Task Whoever_hangs_up_gives_back_what_his_body_took()
    {
        var slow = await FillAsync();

        slow[0].Dispose();
        await HoldsAsync(Count(Large.Length - 1));
        (await _sut.Post("/v1/generations", $$"""{"prompt":"x","image":"{{new string('A', Largest / 2)}}"}""")).IsError(400, "invalid_request_error", "invalid_value", "image");
        slow[1].Dispose();
    }

    [Fact]
    public async Task A_body_that_does_not_say_how_long_it_is_counts_as_it_comes()
    {
        var slow = await FillAsync();

        using var raw = await Raw.ConnectAsync(_sut.Root);
        await raw.WriteAsync($"{Start}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{BodyBudget.Uncounted:x}\r\n{Large[..BodyBudget.Uncounted]}\r\n");
        await raw.WriteAsync($"{AtOnce / 4:x}\r\n{new string('A', AtOnce / 4)}\r\n0\r\n\r\n");
        string answer = await raw.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 503 ", answer);
        Assert.Equal("overloaded", Code(answer));

        foreach (var held in slow) held.Dispose();
    }

    [Fact]
    public async Task What_is_announced_and_has_not_come_takes_no_room()
    {
        var announced = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var raw = await Raw.ConnectAsync(_sut.Root);
            await raw.WriteAsync($"{Start}Content-Length: {Large.Length}\r\n\r\n{Large[..1000]}");
            return raw;
        }));

        (await _sut.Post("/v1/generations", Large)).IsError(400, "invalid_request_error", "invalid_value", "image");
        Assert.Equal(0, Budget.Held);

        foreach (var raw in announced) raw.Dispose();
    }

    [Fact]
    public async Task A_body_that_stays_away_is_cut_off_and_its_room_is_free()
    {
        await _sut.DisposeAsync();
        await StartAsync(bodyTimeout: "00:00:01");
        var slow = await FillAsync();

        foreach (var raw in slow)
        {
            string answer = await raw.ReadToEndAsync();
            Assert.StartsWith("HTTP/1.1 408 ", answer);
            Assert.Equal("request_timeout", Code(answer));
            raw.Dispose();
        }
        await HoldsAsync(0);
    }

    [Fact]
    public async Task An_image_that_is_being_drawn_has_no_room_any_more()
    {
        await _sut.DisposeAsync();
        TaskCompletionSource hold = new();
        FakeEngine engine = new() { Hold = hold.Task };
        await StartAsync("00:02:00", engine);
        byte[] picture = [.. PromptFiles.Picture(), .. new byte[Largest / 2]];   // a decoder stops at the end of the image

        using var form = new MultipartFormDataContent { { new ByteArrayContent(picture) { Headers = { ContentType = MediaTypeHeaderValue.Parse("image/png") } }, "image", "x.png" }, { new StringContent("1"), "candidates" } };
        var json = _sut.Images($$"""{"image":"{{Convert.ToBase64String(picture)}}","candidates":1}""");
        var vary = _sut.Send(HttpMethod.Post, "/v1/images/variations", form);
        while (engine.Begun.Distinct().Count() < 2) await Task.Delay(5, Sut.Token);
        await HoldsAsync(0);
        Assert.False(json.IsCompleted || vary.IsCompleted);

        hold.SetResult();
        Assert.Equal((200, 200), ((await json).Status, (await vary).Status));
    }

    [Fact]
    public void Room_that_is_too_small_for_one_body_is_refused_at_the_start()
    {
        var result = new ApiBodiesValidator().Validate(null, new() { MaxBodyBytesAtOnce = 1 << 20 });
        Assert.Equal(["ClipGen:Api:MaxBodyBytesAtOnce is 1048576; it must be at least 16777216, so that the largest body fits (MaxBodyBytes, MaxImageBodyBytes)."], result.Failures!);
        Assert.True(new ApiBodiesValidator().Validate(null, new()).Succeeded);
    }

    private async Task StartAsync(string bodyTimeout, params FakeEngine[] engines) => _sut = await Sut.CreateSut(
        new() { ["ClipGen:Api:MaxImageBodyBytes"] = $"{Largest}", ["ClipGen:Api:MaxBodyBytesAtOnce"] = $"{AtOnce}", ["ClipGen:Api:BodyTimeout"] = bodyTimeout }, engines.Length == 0 ? [new()] : engines);

    /// <summary>Has two clients send all of a large body but its last byte.</summary>
    private async Task<List<Raw>> FillAsync()
    {
        var slow = new List<Raw>();
        for (int i = 0; i < 2; i++)
        {
            var raw = await Raw.ConnectAsync(_sut.Root);
            await raw.WriteAsync($"{Start}Connection: close\r\nContent-Length: {Large.Length}\r\n\r\n{Large[..^1]}");
            slow.Add(raw);
        }
        await HoldsAsync(2 * Count(Large.Length - 1));
        return slow;
    }

    private static long Count(int bytes) => bytes - BodyBudget.Uncounted;

    private async Task HoldsAsync(long bytes)
    {
        while (Budget.Held != bytes) await Task.Delay(5, Sut.Token);
    }

    private static string? Code(string answer) => JsonElement.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).GetProperty("error").GetProperty("code").GetString();
}
