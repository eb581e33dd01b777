[assembly: AssemblyFixture(typeof(ClipGen.Page.Tests.Chromium))]

namespace ClipGen.Page.Tests;

/// <summary>The real browser, one for all tests, started by the first that needs it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    /// <summary>In milliseconds: for a machine with other work.</summary>
    private const int Patience = 120_000;

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _running = new(StartAsync);

    /// <summary>An empty profile in which nothing is remembered.</summary>
    public async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions? options)
    {
        Parts.Require(File.Exists(Program), $"Chromium ({Program}; apt-get install chromium)");
        var context = await (await _running.Value).Browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_running.IsValueCreated) return;
        var (driver, browser) = await _running.Value;
        await browser.DisposeAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        SetDefaultExpectTimeout(Patience);
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] }));
    }
}
