using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class IdempotencyTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "k-1");

    [Fact]
    public async Task One_key_is_one_generation_although_the_seed_is_drawn()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine);

        var first = await sut.Images("""{"prompt":"x","candidates":2}""", Key);
        var second = await sut.Images("""{"prompt":"x","candidates":2}""", Key);

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(2, engine.Sampled);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        await using var sut = await Sut.CreateSut();
        await sut.Images("""{"prompt":"x"}""", Key);

        var answer = await sut.Images("""{"prompt":"y"}""", Key);

        answer.IsError(422, "invalid_request_error", "idempotency_mismatch", "Idempotency-Key");
        Assert.Equal("false", answer.Header("x-should-retry"));
    }

    [Fact]
    public async Task A_key_whose_request_still_runs_is_to_be_sent_again_later()
    {
        var hold = new TaskCompletionSource();
        var engine = new FakeEngine { Hold = hold.Task };
        await using var sut = await Sut.CreateSut(engine);
        var first = sut.Images("""{"prompt":"x"}""", Key);
        await engine.Halfway.WaitAsync(Sut.Token);

        var second = await sut.Images("""{"prompt":"x"}""", Key);

        second.IsError(409, "invalid_request_error", "idempotency_key_in_use", "Idempotency-Key");
        Assert.True(int.Parse(second.Header("retry-after")!) >= 1);
        hold.SetResult();
        Assert.Equal(200, (await first).Status);
    }

    [Fact]
    public async Task A_key_must_be_printable()
    {
        await using var sut = await Sut.CreateSut();
        (await sut.Images("""{"prompt":"x"}""", ("Idempotency-Key", new string('k', 256)))).IsError(400, "invalid_request_error", "invalid_value", "Idempotency-Key");
    }
}
