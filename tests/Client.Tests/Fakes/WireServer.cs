using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>A real web server that answers what a test says, and writes down what it was asked.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WireServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Every request, in order.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <summary>What the test's own answers have thrown: makes the test fail when the server is disposed.</summary>
    private ConcurrentQueue<Exception> Failures { get; } = [];

    public static async Task<WireServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = new WireServer(builder.Build());
        server._app.Run(async context =>
        {
            server.Seen.Enqueue(new(
                context.Request.Method,
                context.Request.Path.Value!,
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            try
            {
                await answer(context);
            }
            catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
            {
                server.Failures.Enqueue(e);
                throw;
            }
        });
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Answers the requests in turn; the last answer is for all that come after.</summary>
    public static Task<WireServer> StartAsync(params RequestDelegate[] answers)
    {
        int next = -1;
        return StartAsync(context => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context));
    }

    public async ValueTask DisposeAsync()
    {
        // What still hangs on a stream is cut off, not waited for.
        await _app.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default);
        await _app.DisposeAsync();
        Assert.Empty(Failures);
    }
}

/// <summary>What a client sent.</summary>
internal sealed record SeenRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}
