using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo.Loading;
using Microsoft.Extensions.DependencyInjection;

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

    [Fact]
    public async Task A_server_whose_only_device_hangs_is_not_ready_says_why_and_is_back_when_the_device_is()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(new() { ["ClipGen:Devices:CheckAfterSilence"] = "00:00:01", ["ClipGen:Devices:CheckTimeout"] = "00:00:01" }, [engine], services =>
            services.AddOptions<DeviceOptions>().BindConfiguration(DeviceOptions.SectionName));
        TaskCompletionSource hang = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Hang = hang.Task;

        var accepted = await sut.Post("/v1/generations", """{"prompt":"x","candidates":1}""");
        var unready = await UntilAsync(sut, 503);
        Assert.Contains("It has not reproduced its known answer within 1 s.", Assert.Single(unready.GetProperty("reasons").EnumerateArray()).GetString());
        (await sut.Images("""{"prompt":"y"}""")).IsError(503, "server_error", "overloaded", null);

        engine.Hang = Task.CompletedTask;
        hang.SetResult();
        await UntilAsync(sut, 200);
        using var events = new Events(await sut.Open(HttpMethod.Get, $"/v1/generations/{accepted.Json.GetProperty("id").GetString()}/events"));
        Assert.Equal("completed", (await events.All())[^1].Type);   // what was accepted was kept
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
