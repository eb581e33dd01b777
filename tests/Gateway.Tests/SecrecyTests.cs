using System.Collections.Concurrent;
using System.Text;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipGen.Gateway.Tests;

/// <summary>Prompts, keys and signatures are in no log, however much is logged.</summary>
public sealed class SecrecyTests
{
    private const string Prompt = "zebra in striped pyjamas", Key = "alices-key-opensesame", WrongKey = "mallorys-key-abracadabra";

    private static readonly (string, string) Alice = ("Authorization", $"Bearer {Key}");

    [Fact]
    public async Task Nothing_secret_is_logged_at_any_level()
    {
        var log = new Log();
        var engine = new FakeEngine { EncodeFailureOf = prompt => prompt.EndsWith("breaks", StringComparison.Ordinal) ? new ArithmeticException("broken weights") : null };
        string signed;
        await using (var sut = await Sut.CreateSut(
            new() { ["ClipGen:Auth:Keys:0:Sha256"] = KeyTests.Hash(Key), ["ClipGen:Auth:Keys:0:Tenant"] = "alice" },
            [engine],
            services => services.AddSingleton<ILoggerProvider>(log).AddSingleton<IIncomingGrainCallFilter>(log).PostConfigure<LoggerFilterOptions>(o =>
            {
                o.Rules.Clear();
                o.MinLevel = LogLevel.Trace;
            })))
        {
            // Drawn, streamed, watched, fetched, and cancelled.
            var drawn = await sut.Images($$"""{"prompt":"{{Prompt}}","response_format":"url"}""", Alice, ("Idempotency-Key", "k-1"));
            Assert.Equal(200, drawn.Status);
            signed = new Uri(drawn.Json.GetProperty("data")[0].GetProperty("url").GetString()!).Query;
            using (var stream = new Events(await sut.Open(HttpMethod.Post, "/v1/images/generations", $$"""{"prompt":"{{Prompt}}","stream":true,"partial_images":3}""", Alice))) await stream.All();
            string id = drawn.Json.GetProperty("data")[0].GetProperty("id").GetString()!;
            using (var stream = new Events(await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events", null, Alice))) await stream.All();
            Assert.Equal(200, (await sut.Get($"/v1/generations/{id}", Alice)).Status);
            var hold = new TaskCompletionSource();
            engine.Hold = hold.Task;
            var held = await sut.Post("/v1/generations", $$"""{"prompt":"{{Prompt}}"}""", Alice);
            await sut.Send(HttpMethod.Delete, $"/v1/generations/{held.Json.GetProperty("id").GetString()}", null, Alice);
            hold.SetResult();

            // Refused, wrong, and failed.
            Assert.Equal(500, (await sut.Images($$"""{"prompt":"{{Prompt}} breaks"}""", Alice)).Status);
            Assert.Equal(400, (await sut.Images($$"""{"prompt":"{{Prompt}}","{{Prompt}}":1,"n":0}""", Alice)).Status);
            Assert.Equal(400, (await sut.Images($$"""{"prompt":"{{Prompt}}""", Alice)).Status);
            Assert.Equal(422, (await sut.Images($$"""{"prompt":"{{Prompt}} again"}""", Alice, ("Idempotency-Key", "k-1"))).Status);
            Assert.Equal(429, (await sut.Images($$"""{"prompt":"{{Prompt}}","deadline_ms":1,"candidates":512}""", Alice)).Status);
            Assert.Equal(404, (await sut.Images($$"""{"prompt":"{{Prompt}}","model":"none"}""", Alice)).Status);
            Assert.Equal(401, (await sut.Images($$"""{"prompt":"{{Prompt}}"}""", ("Authorization", $"Bearer {WrongKey}"))).Status);
        }

        var written = log.Written.ToList();
        Assert.Contains(written, w => w.Contains("Kestrel", StringComparison.Ordinal));   // everything was heard
        Assert.Contains(written, w => w.StartsWith("Orleans", StringComparison.Ordinal) && w.Contains("SubmitAsync", StringComparison.Ordinal));
        Assert.DoesNotContain(written, w => w.Contains("zebra", StringComparison.OrdinalIgnoreCase) || w.Contains("opensesame", StringComparison.Ordinal) || w.Contains("abracadabra", StringComparison.Ordinal));
        // What ASP.NET says of each request in its own words, at a level that is off by default, has the query.
        Assert.DoesNotContain(written, w => w.Contains(signed, StringComparison.Ordinal) && w.StartsWith("ClipGen", StringComparison.Ordinal));
    }

    /// <summary>Everything that is logged, as text: message, state and exception; and every grain call, which Orleans quotes in a warning when one takes too long.</summary>
    private sealed class Log : ILoggerProvider, IIncomingGrainCallFilter
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Written);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            Written.Enqueue($"Orleans {context.Request}");
            return context.Invoke();
        }

        public void Dispose() { }

        private sealed class Logger(string category, ConcurrentQueue<string> written) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull
            {
                written.Enqueue($"{category} scope {Text(state)}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                written.Enqueue($"{category} {logLevel} {formatter(state, exception)} {Text(state)} {exception}");

            private static string Text<TState>(TState state)
            {
                if (state is not IEnumerable<KeyValuePair<string, object?>> values) return $"{state}";
                var text = new StringBuilder();
                foreach (var (name, value) in values) text.Append(name).Append('=').Append(value).Append(' ');
                return text.ToString();
            }
        }
    }
}
