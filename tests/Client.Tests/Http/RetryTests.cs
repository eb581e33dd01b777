using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Http;

/// <summary>What a call does when it is turned away.</summary>
public sealed class RetryTests
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(100);
    private readonly RecordingTime _time = new(CallTimeout);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ServiceProvider CreateSut(WireServer server, Action<ClipGenHttpOptions>? configure = null) => Clients.Http(
        server.Address,
        o =>
        {
            (o.CallTimeout, o.RetryDelay) = (CallTimeout, TimeSpan.FromMilliseconds(500));
            configure?.Invoke(o);
        },
        _time);

    private static RequestDelegate Full(params (string, string)[] headers) =>
        Answers.Error(429, WireNames.ErrorTypes.RateLimitExceeded, WireNames.ErrorCodes.QueueFull, headers: headers);

    [Fact]
    public async Task After_429_it_waits_as_long_as_it_is_asked_to_and_submits_again()
    {
        await using var server = await WireServer.StartAsync(Full((WireNames.Headers.RetryAfterMs, "1234"), ("Retry-After", "9")), Answers.Generation());
        await using var sut = CreateSut(server);

        var status = await sut.GetRequiredService<IClipGenClient>().SubmitAsync(new() { Prompt = "a red circle" }, Token);

        Assert.Equal(Answers.Id, status.Id);
        Assert.Equal([TimeSpan.FromMilliseconds(1234)], _time.Pauses);   // the milliseconds go before the seconds
    }

    [Fact]
    public async Task A_retry_has_the_key_of_the_first_try_and_another_call_another_one()
    {
        await using var server = await WireServer.StartAsync(Full(), Answers.Generation());
        await using var sut = CreateSut(server);
        var client = sut.GetRequiredService<IClipGenClient>();
        await client.SubmitAsync(new() { Prompt = "a red circle" }, Token);
        await client.SubmitAsync(new() { Prompt = "a red circle" }, Token);

        string[] keys = [.. server.Seen.Select(s => s[WireNames.Headers.IdempotencyKey]!)];
        Assert.Equal(3, keys.Length);
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[1], keys[2]);
    }

    [Fact]
    public async Task Seconds_and_dates_are_understood_as_well()
    {
        string date = DateTimeOffset.UtcNow.AddSeconds(30).ToString("R");
        await using var server = await WireServer.StartAsync(Full(("Retry-After", "7")), Full(("Retry-After", date)), Answers.Generation());
        await using var sut = CreateSut(server);

        await sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token);

        Assert.Equal(TimeSpan.FromSeconds(7), _time.Pauses[0]);
        Assert.InRange(_time.Pauses[1], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Unasked_it_waits_twice_as_long_each_time_less_a_random_part()
    {
        await using var server = await WireServer.StartAsync(Answers.Error(503, WireNames.ErrorTypes.Server));
        await using var sut = CreateSut(server, o => (o.MaxRetries, o.MaxRetryDelay) = (5, TimeSpan.FromSeconds(3)));

        await Assert.ThrowsAsync<ClipGenUnavailableException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token));

        Assert.Equal(6, server.Seen.Count);
        double[] longest = [500, 1000, 2000, 3000, 3000];
        Assert.Equal(longest.Length, _time.Pauses.Count);
        Assert.All(_time.Pauses.Zip(longest), p => Assert.InRange(p.First.TotalMilliseconds, p.Second / 2, p.Second));
    }

    [Theory]
    [InlineData(500, "false", 1)]   // the server knows that it will not get better
    [InlineData(400, "true", 2)]
    [InlineData(400, null, 1)]
    [InlineData(404, null, 1)]
    [InlineData(422, null, 1)]
    [InlineData(409, null, 2)]
    [InlineData(408, null, 2)]
    [InlineData(502, null, 2)]
    public async Task The_status_says_whether_to_try_again_unless_the_server_says_so_itself(int status, string? shouldRetry, int tries)
    {
        (string, string)[] headers = shouldRetry is null ? [] : [(WireNames.Headers.ShouldRetry, shouldRetry)];
        await using var server = await WireServer.StartAsync(Answers.Error(status, WireNames.ErrorTypes.Server, headers: headers));
        await using var sut = CreateSut(server, o => o.MaxRetries = 1);

        await Assert.ThrowsAnyAsync<ClipGenException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token));

        Assert.Equal(tries, server.Seen.Count);
    }

    [Fact]
    public async Task Asked_to_wait_too_long_it_says_so_at_once()
    {
        await using var server = await WireServer.StartAsync(Full(("Retry-After", "3600")));
        await using var sut = CreateSut(server);

        var error = await Assert.ThrowsAsync<ClipGenRefusedException>(() => sut.GetRequiredService<IClipGenClient>().SubmitAsync(new() { Prompt = "x" }, Token));

        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Single(server.Seen);
        Assert.Empty(_time.Pauses);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again()
    {
        await using var server = await WireServer.StartAsync(
            context =>
            {
                context.Abort();
                return Task.CompletedTask;
            },
            Answers.Generation());
        await using var sut = CreateSut(server);

        Assert.Equal(Answers.Id, (await sut.GetRequiredService<IClipGenClient>().SubmitAsync(new() { Prompt = "x" }, Token)).Id);
        Assert.Single(server.Seen.Select(s => s[WireNames.Headers.IdempotencyKey]).Distinct());
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_so()
    {
        Uri address;
        await using (var server = await WireServer.StartAsync(Answers.Generation())) address = server.Address;
        await using var sut = Clients.Http(address, o => o.MaxRetries = 1);

        var error = await Assert.ThrowsAsync<ClipGenUnavailableException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token));

        Assert.Equal("connection_failed", error.Code);
        Assert.Contains(address.Authority, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_in_time()
    {
        await using var server = await WireServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var sut = Clients.Http(server.Address, o => (o.CallTimeout, o.MaxRetries) = (TimeSpan.FromMilliseconds(50), 1));

        var error = await Assert.ThrowsAsync<ClipGenUnavailableException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token));

        Assert.Equal("timeout", error.Code);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_told_just_that()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await WireServer.StartAsync(async context =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await using var sut = CreateSut(server);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, cancel.Token));
    }
}
