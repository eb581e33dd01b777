using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Health;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace ClipGen.Cluster.Hosting;

/// <summary>What every long-running process of the cluster is: a silo, and a small web server that says how it is.</summary>
public static class ClipGenHost
{
    /// <summary>
    /// A builder with the configuration read (<c>appsettings.json</c> in the current folder, then the environment's <c>CLIPGEN__…</c> and
    /// <c>OTEL_…</c>, then <paramref name="settings"/>), and the silo put into its cluster. What is wrong with it is said by <see cref="BuildChecked"/>.
    /// </summary>
    /// <param name="settings">What the command line says, by configuration key.</param>
    /// <param name="silo">Adds what the silo does.</param>
    public static WebApplicationBuilder CreateBuilder(IEnumerable<KeyValuePair<string, string?>> settings, Action<ISiloBuilder> silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "clipgen", ContentRootPath = Environment.CurrentDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddInMemoryCollection(EnvironmentSettings.Read())
            .AddInMemoryCollection(settings);

        var check = SettingsCheck.Begin(builder.Services);
        var cluster = SettingsCheck.Read(builder.Services, () => ClusterOptions.From(builder.Configuration), () => ClusterOptions.OfRoles(builder.Configuration));
        var http = SettingsCheck.Read(builder.Services, () => HttpOptions.From(builder.Configuration), () => new());
        builder.WebHost.UseUrls($"http://{http.Listen}");
        builder.Logging.ClearProviders().AddClipGenConsole(builder.Configuration);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Orleans", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information).AddFilter("Polly", LogLevel.Warning).AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.AddSingleton(Options.Create(http));
        var dashboard = SettingsCheck.Read(builder.Services, () => SettingsSection.Bind(builder.Configuration, OrleansDashboardOptions.SectionName, new OrleansDashboardOptions()), () => new());
        builder.Services.AddSingleton(Options.Create(dashboard));
        // Side by side: an answer that never ends, as a stream of events, must not take the time that the silo needs to stop in good order.
        builder.Services.Configure<HostOptions>(o => o.ServicesStopConcurrently = true);
        builder.Services.PostConfigure<FileImageStoreOptions>(o => o.RootFolder = o.RootFolder == FileImageStoreOptions.DefaultFolder ? Path.Combine(cluster.DataFolder, "images") : o.RootFolder);
        builder.AddClipGenTelemetry(scraped: true);
        builder.UseOrleans(orleans =>
        {
            orleans.UseClipGenClustering(check.IsClean ? cluster : new());   // what will not start joins nothing
            orleans.UseClipGenCluster();
            if (dashboard.Enabled) orleans.AddDashboard(o => o.HideTrace = true);   // it would show the log
            silo(orleans);
        });
        if (cluster.HasRole(SiloRoles.Gateway)) builder.Services.AddSingleton<IReadiness, GatewayReadiness>();
        return builder;
    }

    /// <summary>
    /// Runs a program that is one role's silo until it is told to stop; a wrong configuration is listed on standard error. With
    /// <c>health</c> as its first argument it asks another process of the same settings how it is.
    /// </summary>
    /// <param name="program">Its name, for messages.</param>
    /// <param name="role">What it does unless configured otherwise.</param>
    /// <param name="args">Settings as <c>--ClipGen:…</c>.</param>
    /// <param name="silo">Adds what the silo does.</param>
    /// <param name="configure">Adds what the web server needs for more than health; null for nothing.</param>
    /// <param name="map">Maps what it answers besides.</param>
    /// <returns>The exit code: 2 for a wrong configuration.</returns>
    public static async Task<int> RunAsync(
        string program, string role, string[] args, Action<ISiloBuilder> silo, Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        if (args is [HealthCheck.Verb, ..]) return await HealthCheck.RunAsync(args, Console.Out, Console.Error);
        try
        {
            var builder = CreateBuilder([new($"{ClusterOptions.SectionName}:Roles:0", role), .. CommandLineSettings.Read(args)], silo);
            configure?.Invoke(builder);
            await using var app = builder.BuildClipGen();
            map?.Invoke(app);
            return await app.RunToEndAsync(CancellationToken.None);
        }
        catch (OptionsValidationException exception)
        {
            foreach (string failure in exception.Failures) await Console.Error.WriteLineAsync($"{program}: {failure.ReplaceLineEndings(" ")}");
            return 2;
        }
    }

    /// <summary>Runs until the process is told to stop; told so while it still starts, because what it needs is not there, it ends in good order as well.</summary>
    /// <param name="cancellationToken">Tells it as Ctrl+C and SIGTERM do.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunToEndAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Lifetime.ApplicationStopping;
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            return Environment.ExitCode;   // there was nothing yet to hand over
        }
        await app.WaitForShutdownAsync(cancellationToken);
        return Environment.ExitCode;
    }

    /// <summary>Builds the application, if its configuration is right, with its health endpoints and <c>/metrics</c>.</summary>
    /// <exception cref="OptionsValidationException">Something in the configuration is wrong; its failures are all of that.</exception>
    public static WebApplication BuildClipGen(this WebApplicationBuilder builder)
    {
        var app = builder.BuildChecked();
        app.MapClipGenHealth();
        app.MapPrometheusScrapingEndpoint();
        return app;
    }

    /// <summary>Builds the application if its configuration is right.</summary>
    /// <exception cref="OptionsValidationException">Something in the configuration is wrong; its failures are all of that.</exception>
    public static WebApplication BuildChecked(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        WebApplication app;
        try
        {
            app = builder.Build();
        }
        catch (Exception) when (SettingsCheck.Of(builder.Services) is { IsClean: false } check)
        {
            throw check.ToException();
        }
        return SettingsCheck.Finish(app);
    }
}
