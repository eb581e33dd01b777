using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

/// <summary>Errors that say something of the cluster, and when to try again.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task Without_a_device_the_model_is_still_loading()
    {
        await using var sut = await Sut.CreateSut([], []);

        var answer = await sut.Images("""{"prompt":"x"}""");

        answer.IsError(503, "server_error", "model_loading", null);
        Assert.Equal(("5", "5000"), (answer.Header("retry-after"), answer.Header("retry-after-ms")));
        Assert.Equal(503, (await sut.Get("/health/ready")).Status);
        Assert.Equal(200, (await sut.Get("/health/live")).Status);
    }

    [Fact]
    public async Task A_deadline_that_cannot_hold_is_refused_with_a_time_to_try_again()
    {
        await using var sut = await Sut.CreateSut();

        var answer = await sut.Images("""{"prompt":"x","deadline_ms":1}""");

        answer.IsError(429, "rate_limit_exceeded", "deadline_cannot_hold", "deadline_ms");
        Assert.True(int.Parse(answer.Header("retry-after")!) >= 1);
    }

    [Fact]
    public async Task What_never_fits_a_quota_is_not_worth_another_try()
    {
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "4" }, [new()]);

        var answer = await sut.Images("""{"prompt":"x","candidates":5}""");

        answer.IsError(429, "rate_limit_exceeded", "quota_exceeded", null);
        Assert.Equal("false", answer.Header("x-should-retry"));
    }

    [Fact]
    public async Task A_full_quota_is_worth_another_try_later()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "4" }, [new() { HoldOthers = hold.Task }]);
        Assert.Equal(202, (await sut.Post("/v1/generations", """{"prompt":"x","candidates":4}""")).Status);

        var answer = await sut.Images("""{"prompt":"x","candidates":4}""");

        answer.IsError(429, "rate_limit_exceeded", "quota_exceeded", null);
        Assert.Null(answer.Header("x-should-retry"));
        Assert.True(int.Parse(answer.Header("retry-after-ms")!) >= 1);
        hold.SetResult();
    }
}
