using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Hosting;
using ClipGen.Engine.Devices;
using ClipGen.Gateway;
using ClipGen.Page.Tests.Fakes;
using ClipGen.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipGen.Page.Tests;

/// <summary>The page in the real browser, from the real web server over a cluster in this process.</summary>
internal sealed class Sut : IAsyncDisposable
{
    /// <summary>Milliseconds that real networks may take where a dozen other programs compute.</summary>
    private const int ForNetworks = 300_000;

    private readonly WebApplication _app;
    private readonly IBrowserContext _context;
    private readonly string _folder;

    private Sut(WebApplication app, IBrowserContext context, IPage page, string folder)
    {
        (_app, _context, Page, _folder) = (app, context, page, folder);
        Root = new(app.Urls.Single());
        page.PageError += (_, error) => Errors.Add(error);
        // An answer that is an error is told to the console too; that is no fault of the page.
        page.Console += (_, message) => { if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) Errors.Add(message.Text); };
    }

    private static readonly SemaphoreSlim Clipboard = new(1);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A browser whose clipboard the page may write and the test may read.</summary>
    public static BrowserNewContextOptions WithClipboard => new() { Permissions = ["clipboard-read", "clipboard-write"] };

    public IPage Page { get; }

    public Uri Root { get; }

    /// <summary>What the browser has complained of: exceptions of the page's own, and what its content security policy forbids.</summary>
    public List<string> Errors { get; } = [];

    public ILocator Prompt => Page.GetByLabel("What shall it be?");

    public ILocator Draw => Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Draw") }).And(Page.Locator("#submit"));

    public ILocator Image => Page.Locator("#image");

    public ILocator Status => Page.Locator("#status");

    public ILocator Kept => Page.GetByRole(AriaRole.List, new() { Name = "Kept pictures, best first" }).GetByRole(AriaRole.Button);

    public ILocator History => Page.GetByRole(AriaRole.Region, new() { Name = "History" }).GetByRole(AriaRole.Listitem);

    public ILocator Problem => Page.Locator("#problem");

    public static Task<Sut> CreateSut(Chromium chromium, params IDeviceEngine[] engines) => CreateSut(chromium, [], engines: engines);

    /// <param name="engines">None: one that paints at once.</param>
    /// <param name="loaded">Whether the page is left to itself instead until it is ready.</param>
    public static async Task<Sut> CreateSut(
        Chromium chromium, Dictionary<string, string?> settings, BrowserNewContextOptions? browser = null, bool loaded = true, params IDeviceEngine[] engines)
    {
        if (engines.Length == 0) engines = [new PaintingEngine()];
        return await CreateSut(chromium, settings, browser, loaded, silo =>
        {
            silo.Services.AddClipGenSilo(engines);
            silo.UseClipGenGrains();
        });
    }

    public static async Task<Sut> CreateSut(Chromium chromium, Dictionary<string, string?> settings, BrowserNewContextOptions? browser, bool loaded, Action<ISiloBuilder> devices)
    {
        var context = await chromium.OpenAsync(browser);
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        var builder = ClipGenHost.CreateBuilder(
            [new("ClipGen:Http:Listen", "127.0.0.1:0"), new("ClipGen:Cluster:DataFolder", folder), .. settings],
            silo =>
            {
                devices(silo);
                silo.Services.Configure<GenerationOptions>(o => (o.Backoff, o.UnwatchedGrace) = (TimeSpan.Zero, TimeSpan.Zero));
            });
        builder.Logging.ClearProviders();
        builder.AddClipGenApi();
        var app = builder.BuildClipGen();
        app.MapClipGenApi();
        await app.StartAsync(Token);
        var sut = new Sut(app, context, await context.NewPageAsync(), folder);
        await sut.Page.GotoAsync(sut.Root.AbsoluteUri);
        if (loaded) await sut.IsLoaded();
        return sut;
    }

    /// <summary>The page has learnt which models there are.</summary>
    public Task IsLoaded() => Expect(Page.Locator("#model option")).Not.ToHaveCountAsync(0, new() { Timeout = ForNetworks });

    /// <summary>Types a prompt and draws it to the end.</summary>
    public async Task Drawn(string prompt = "a red circle", string? seed = null)
    {
        await Prompt.FillAsync(prompt);
        await Page.GetByLabel("Seed").FillAsync(seed ?? "");
        await Draw.ClickAsync();
        await IsDrawn();
    }

    public async Task IsDrawn()
    {
        await Expect(Status).ToHaveTextAsync(new Regex(@"^Best \d+ of \d+ in .* s · seed \d+$"), new() { Timeout = ForNetworks });
        await Expect(Draw).ToHaveAttributeAsync("aria-disabled", "false");
    }

    /// <summary>The file of the picture that is picked.</summary>
    public async Task<byte[]> Saved()
    {
        var download = await Page.RunAndWaitForDownloadAsync(() => Page.GetByText("Save picture").ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync(), Token);
    }

    /// <summary>What the page gives to copy: curl, C# or CLI. One test at a time: the browser has one clipboard, however many pages.</summary>
    public async Task<string> Copied(string kind)
    {
        await Clipboard.WaitAsync(Token);
        try
        {
            await Page.EvaluateAsync("navigator.clipboard.writeText('')");
            await Click(kind);
            var copied = await Page.WaitForFunctionAsync("async () => await navigator.clipboard.readText()");
            return await copied.JsonValueAsync<string>();
        }
        finally
        {
            Clipboard.Release();
        }
    }

    public Task Click(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public async Task<JsonElement> Get(string path)
    {
        using var client = new HttpClient { BaseAddress = Root };
        return JsonElement.Parse(await client.GetByteArrayAsync(path, Token));
    }

    public async Task Submit(object body)
    {
        using var client = new HttpClient { BaseAddress = Root };
        using var answer = await client.PostAsync("/v1/generations", new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"), Token);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    /// <summary>Writes a picture of the page into the folder that CLIPGEN_SCREENSHOTS names, for people to look at; without it, nothing.</summary>
    public async Task Screenshot(string name)
    {
        if (Environment.GetEnvironmentVariable("CLIPGEN_SCREENSHOTS") is not { } folder) return;
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
