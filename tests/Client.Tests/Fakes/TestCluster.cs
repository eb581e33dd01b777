using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Hosting;
using ClipGen.Cluster.Storage;
using ClipGen.Gateway;
using ClipGen.Silo;
using ClipGen.Silo.Devices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>A real silo with the real gateway in it, on fake engines and a free port.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;

    private TestCluster(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    public Uri Address => new(_app.Urls.First());

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public static async Task<TestCluster> StartAsync(FakeEngine[] engines, Action<IServiceCollection>? configure = null, params (string Key, string Value)[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        KeyValuePair<string, string?>[] configuration =
        [
            new($"{HttpOptions.SectionName}:Listen", "127.0.0.1:0"),
            new($"{ClusterOptions.SectionName}:DataFolder", folder),
            new($"{ClusterOptions.SectionName}:SiloName", "local"),
            .. settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)),
        ];
        var builder = ClipGenHost.CreateBuilder(configuration, silo =>
        {
            silo.Services.AddSingleton(_ => new DeviceRegistry(engines));
            silo.Services.AddSingleton<ISiloRole>(provider => provider.GetRequiredService<DeviceRegistry>());
            silo.UseClipGenGrains();
        });
        builder.Logging.ClearProviders();
        builder.Services.Configure<GenerationOptions>(o => o.Backoff = TimeSpan.Zero);
        configure?.Invoke(builder.Services);
        builder.AddClipGenApi();
        var app = builder.BuildClipGen();
        app.MapClipGenApi();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, folder);
    }

    public async Task<byte[]?> StoredAsync(string name) =>
        await _app.Services.GetRequiredService<IImageStore>().ReadAsync(name, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        // What a test leaves running is cancelled; its record is written before the folder goes.
        _app.Services.GetRequiredService<DeviceRegistry>().Stop();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
