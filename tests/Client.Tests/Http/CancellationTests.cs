using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Http;

/// <summary>A call that is cancelled before it has heard whether its request was accepted.</summary>
public sealed class CancellationTests
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_may_have_been_accepted_is_found_by_its_key_and_cancelled()
    {
        var seen = await CancelAsync(new() { Prompt = "a red circle" });

        Assert.Equal(["POST /v1/generations", "POST /v1/generations", $"DELETE /v1/generations/{Answers.Id}"], seen.Select(s => $"{s.Method} {s.Path}"));
        Assert.Equal(seen[0][WireNames.Headers.IdempotencyKey], seen[1][WireNames.Headers.IdempotencyKey]);
    }

    [Fact]
    public async Task What_others_may_ask_for_by_the_same_key_goes_on() =>
        Assert.Single(await CancelAsync(new() { Prompt = "a red circle", IdempotencyKey = "ours" }));

    /// <summary>Cancels a call whose request has arrived and is never answered.</summary>
    /// <returns>What the server was asked.</returns>
    private async Task<List<SeenRequest>> CancelAsync(GenerateRequest request)
    {
        await using var server = await StartAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var sut = Clients.Http(server.Address);
        var call = sut.GetRequiredService<IClipGenClient>().GenerateAsync(request, cancel.Token);
        await _arrived.Task.WaitAsync(Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        return [.. server.Seen];
    }

    /// <summary>The first answer never comes.</summary>
    private Task<WireServer> StartAsync() => WireServer.StartAsync(
        async context =>
        {
            _arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        },
        Answers.Generation());
}
