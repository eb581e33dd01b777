using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_server_is_ready_while_a_device_draws_and_not_because_it_answers()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine);
        Assert.Equal("ready", (await sut.Get("/health/ready")).Json.GetProperty("status").GetString());

        engine.Broken = new ArithmeticException("The device is on fire.");
        for (int i = 0; i < 3; i++) Assert.Equal(202, (await sut.Post("/v1/generations", $$"""{"prompt":"{{i}}","candidates":1}""")).Status);   // one alone takes no device out
        var unready = await UntilAsync(sut, 503);
        Assert.Equal("not ready", unready.GetProperty("status").GetString());
        Assert.NotEqual(0, unready.GetProperty("reasons").GetArrayLength());
        Assert.Equal(200, (await sut.Get("/health/live")).Status);
        Assert.Equal(200, (await sut.Get("/health/startup")).Status);   // it has started, whatever came later
        (await sut.Images("""{"prompt":"y"}""")).IsError(503, "server_error", "overloaded", null);

        engine.Broken = null;   // and is checked now and then until it draws again
        await UntilAsync(sut, 200);
        Assert.Equal(200, (await sut.Images("""{"prompt":"z"}""")).Status);
    }

    private static async Task<JsonElement> UntilAsync(Sut sut, int status)
    {
        while (true)
        {
            var answer = await sut.Get("/health/ready");
            if (answer.Status == status) return answer.Json;
            await Task.Delay(20, Sut.Token);
        }
    }
}
