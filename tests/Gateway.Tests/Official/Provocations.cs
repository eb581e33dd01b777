using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>Every error that the wire knows, and for some every way to it.</summary>
internal static class Provocations
{
    private const string Invalid = "invalid_request_error", Server = "server_error", Limit = "rate_limit_exceeded";

    private static readonly ModelDescription Model = new() { Name = "fake", Digest = new('d', 64), DefaultCandidates = 8, CodebookSize = 512, CodesPerImage = 64, ImageSize = 32 };

    public static IReadOnlyDictionary<string, Provocation> All { get; } = new Provocation[]
    {
        new("invalid value", 400, Invalid, "invalid_value", "n", "BadRequestError") { Body = """{"prompt":"x","n":0}""", ShouldRetry = "false" },
        new("invalid type", 400, Invalid, "invalid_type", "prompt", "BadRequestError") { Body = """{"prompt":7}""", ShouldRetry = "false" },
        new("missing parameter", 400, Invalid, "missing_required_parameter", "prompt", "BadRequestError") { Body = "{}", ShouldRetry = "false" },
        new("unknown parameter", 400, Invalid, "unknown_parameter", "steps", "BadRequestError") { Body = """{"prompt":"x","steps":5}""", ShouldRetry = "false" },
        new("unsupported parameter", 400, Invalid, "unsupported_parameter", "background", "BadRequestError") { Body = """{"prompt":"x","background":"transparent"}""", ShouldRetry = "false" },
        new("unknown size", 400, Invalid, "invalid_value", "size", "BadRequestError") { Body = """{"prompt":"x","size":"1024x1024"}""", ShouldRetry = "false" },
        new("invalid idempotency key", 400, Invalid, "invalid_value", "Idempotency-Key", "BadRequestError") { IdempotencyKey = new('k', 256), ShouldRetry = "false" },
        new("wrong key", 401, Invalid, "invalid_api_key", null, "AuthenticationError")
        {
            Settings = new() { ["ClipGen:Auth:Keys:0:Sha256"] = new('a', 64), ["ClipGen:Auth:Keys:0:Tenant"] = "alice" },
        },
        new("unknown model", 404, Invalid, "model_not_found", "model", "NotFoundError") { Body = """{"prompt":"x","model":"dall-e-3"}""" },
        new("unknown model looked up", 404, Invalid, "model_not_found", "model", "NotFoundError") { Get = "/models/dall-e-3" },
        new("unknown generation", 404, Invalid, "generation_not_found", "id", "NotFoundError") { Get = $"/generations/{new string('0', 32)}" },
        new("key in use", 409, Invalid, "idempotency_key_in_use", "Idempotency-Key", "ConflictError")
        {
            IdempotencyKey = "k-1",
            Held = true,
            Later = true,
            Before = async (sut, _) => Assert.Equal(202, (await sut.Post("/v1/generations", """{"prompt":"x"}""", ("Idempotency-Key", "k-1"))).Status),
        },
        new("body too large", 413, Invalid, "request_too_large", null, "APIError") { Body = $$"""{"prompt":"{{new string('x', 3000)}}"}""", Settings = new() { ["ClipGen:Api:MaxBodyBytes"] = "1024", ["ClipGen:Api:MaxImageBodyBytes"] = "1024" }, ShouldRetry = "false" },
        new("key of another request", 422, Invalid, "idempotency_mismatch", "Idempotency-Key", "UnprocessableEntityError")
        {
            IdempotencyKey = "k-1",
            ShouldRetry = "false",
            Before = async (sut, _) => Assert.Equal(202, (await sut.Post("/v1/generations", """{"prompt":"y"}""", ("Idempotency-Key", "k-1"))).Status),
        },
        new("queue full", 429, Limit, "queue_full", null, "RateLimitError")
        {
            Settings = new() { ["ClipGen:Queue:MaxWaiting"] = "1024" },
            Held = true,
            Later = true,
            Before = async (sut, _) => await sut.Post("/v1/generations", """{"prompt":"x","candidates":1024,"seed":1}""", ("Idempotency-Key", "fills")),
        },
        new("quota full", 429, Limit, "quota_exceeded", null, "RateLimitError")
        {
            Settings = new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "8" },
            Held = true,
            Later = true,
            Before = async (sut, _) => await sut.Post("/v1/generations", """{"prompt":"x","candidates":8,"seed":1}""", ("Idempotency-Key", "fills")),
        },
        new("quota too small", 429, Limit, "quota_exceeded", null, "RateLimitError") { Settings = new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "4" }, Later = true, ShouldRetry = "false" },
        new("deadline", 429, Limit, "deadline_cannot_hold", "deadline_ms", "RateLimitError") { Body = """{"prompt":"x","deadline_ms":1}""", Later = true, ShouldRetry = "false" },   // not even an idle cluster is that fast
        new("failed", 500, Server, "generation_failed", null, "InternalServerError") { DecodeFailure = new ArithmeticException("broken weights"), Later = true, ShouldRetry = "false" },
        new("loading", 503, Server, "model_loading", null, "InternalServerError") { Device = false, Later = true },
        new("out of service", 503, Server, "overloaded", null, "InternalServerError") { Device = false, Later = true, Before = (sut, _) => AnnounceAsync(sut, draining: false, "It has failed 3 requests in a row.") },
        new("draining", 503, Server, "draining", null, "InternalServerError") { Device = false, Later = true, Before = (sut, _) => AnnounceAsync(sut, draining: true, null) },
        new("too many streams", 503, Server, "overloaded", null, "InternalServerError")
        {
            Body = """{"prompt":"x","stream":true}""",
            Settings = new() { ["ClipGen:Api:MaxEventStreams"] = "1" },
            Held = true,
            Later = true,
            Before = TakeTheStreamAsync,
        },
    }.ToDictionary(p => p.Name);

    /// <summary>As another silo would tell of its only device, every second from then on: the directory soon forgets.</summary>
    private static async Task AnnounceAsync(Sut sut, bool draining, string? trouble)
    {
        var device = new DeviceReport("gpu-9/cpu:0", "cpu", 4, Model, DeviceStages.All, Guid.NewGuid(), 0, [], draining, 0, trouble);
        await TellAsync();
        _ = GoOnAsync(sut.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

        Task TellAsync() => sut.Grains.GetGrain<IClusterDirectoryGrain>(0).AnnounceAsync("gpu-9", [device]);

        async Task GoOnAsync(CancellationToken stopping)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync(stopping)) await TellAsync();
        }
    }

    /// <summary>Leaves the only stream open: it ends with the server.</summary>
    private static async Task TakeTheStreamAsync(Sut sut, FakeEngine engine)
    {
        await sut.Open(HttpMethod.Post, "/v1/images/generations", """{"prompt":"x","stream":true}""");
        await engine.Halfway.WaitAsync(Sut.Token);
    }
}
