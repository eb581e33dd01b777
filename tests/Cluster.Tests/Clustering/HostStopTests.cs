using System.Net;
using System.Net.Sockets;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Tests.Embedded;
using ClipGen.Cluster.Tests.Fakes;
using ClipGen.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipGen.Cluster.Tests.Clustering;

/// <summary>A whole process's host, told to stop as by SIGTERM.</summary>
[Collection(EmbeddedClusterTests.Ports)]
public sealed class HostStopTests : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(6);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_cannot_end_in_time_is_handed_over_although_somebody_is_still_being_answered()
    {
        string id;
        await using (var first = await Start(stepTime: "0.05"))
        {
            var grains = first.Services.GetRequiredService<IGrainFactory>();
            var model = await Described(grains);
            var request = GenerationRequest.Create(new() { Prompt = "a red circle", Seed = 1, Candidates = 256 }, model);
            id = (await grains.GetGrain<IGatewayGrain>(model.Name).SubmitAsync(new() { Request = request })).Id;
            while ((await grains.GetGrain<IGatewayGrain>(model.Name).GetStatusAsync()).Devices.All(d => d.Free == d.Slots)) await Task.Delay(20, Sut.Token);
            using var client = new HttpClient();
            string address = first.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            using var endless = await client.GetAsync(new Uri($"{address}/endless"), HttpCompletionOption.ResponseHeadersRead, Sut.Token);

            first.Lifetime.StopApplication();
            long began = TimeProvider.System.GetTimestamp();
            await first.WaitForShutdownAsync(Sut.Token);
            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, Grace + TimeSpan.FromSeconds(4));
        }

        await using var second = await Start(stepTime: "0.0001");
        var end = (await Sut.Watch(second.Services.GetRequiredService<IGrainFactory>().GetGrain<IGenerationGrain>(id)))[^1].Status;

        Assert.Equal((GenerationState.Completed, 0), (end.State, end.Retries));
    }

    [Fact]
    public async Task Told_to_stop_while_it_waits_for_what_it_needs_it_ends_well()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);   // takes connections and says nothing
        silent.Start();
        var settings = new Dictionary<string, string?> { ["ClipGen:Cluster:Connection"] = $"redis://{silent.LocalEndpoint}", ["ClipGen:Cluster:SiloPort"] = "0", ["ClipGen:Http:Listen"] = "127.0.0.1:0" };
        await using var app = ClipGenHost.CreateBuilder(settings, _ => { }).BuildClipGen();

        var run = app.RunToEndAsync(CancellationToken.None);
        using var asked = await silent.AcceptTcpClientAsync(Sut.Token);
        Assert.False(run.IsCompleted);
        app.Lifetime.StopApplication();

        Assert.Equal(0, await run.WaitAsync(Sut.Token));
    }

    private async Task<WebApplication> Start(string stepTime)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ClipGen:Cluster:DataFolder"] = _folder["data"],
            ["ClipGen:Cluster:ShutdownGrace"] = Grace.ToString(),
            ["ClipGen:Http:Listen"] = "127.0.0.1:0",
            ["ClipGen:Devices:Names:0"] = "sim:1",
            ["ClipGen:Devices:CheckEvery"] = "00:00:00",
            ["ClipGen:Simulation:CodesPerImage"] = "16",
            ["ClipGen:Simulation:Slots"] = "1",
            ["ClipGen:Simulation:StepTime"] = stepTime,
            ["Logging:LogLevel:Default"] = "Warning",
        };
        var builder = ClipGenHost.CreateBuilder(settings, silo => silo.UseClipGenDevices());
        var app = builder.BuildClipGen();
        app.MapGet("/endless", async (HttpContext context) =>
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await app.StartAsync(Sut.Token);
        return app;
    }

    private static async Task<ModelDescription> Described(IGrainFactory grains)
    {
        while (true)
        {
            if ((await grains.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync()) is [var device]) return device.Model;
            await Task.Delay(20, Sut.Token);
        }
    }
}
