using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>Takes what OpenTelemetry's exporters send, over gRPC at one port and http/protobuf at another, and keeps it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    public const string Grpc = "grpc", Http = "http/protobuf";

    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app, int grpcPort, int httpPort) => (_app, GrpcEndpoint, HttpEndpoint) = (app, $"http://127.0.0.1:{grpcPort}", $"http://127.0.0.1:{httpPort}");

    public string GrpcEndpoint { get; }

    public string HttpEndpoint { get; }

    public ConcurrentQueue<OtlpSpan> Spans { get; } = [];

    public ConcurrentQueue<OtlpLog> Logs { get; } = [];

    /// <summary>Names of the metrics that arrived, with how.</summary>
    public ConcurrentDictionary<(string Protocol, string Name), bool> Metrics { get; } = [];

    public static async Task<OtlpReceiver> StartAsync()
    {
        int grpc = Ports.Free(), http = Ports.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, grpc, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, http, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var receiver = new OtlpReceiver(app, grpc, http);
        foreach (var (signal, take) in new (string, Action<string, byte[]>)[] { ("trace", receiver.TakeSpans), ("logs", receiver.TakeLogs), ("metrics", receiver.TakeMetrics) })
        {
            string service = char.ToUpperInvariant(signal[0]) + signal[1..];
            app.MapPost($"/opentelemetry.proto.collector.{signal}.v1.{service}Service/Export", context => GrpcAsync(context, take));
            app.MapPost($"/v1/{(signal == "trace" ? "traces" : signal)}", context => HttpAsync(context, take));
        }
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void TakeSpans(string protocol, byte[] request)
    {
        foreach (var span in OtlpMessages.Spans(protocol, request)) Spans.Enqueue(span);
    }

    private void TakeLogs(string protocol, byte[] request)
    {
        foreach (var log in OtlpMessages.Logs(protocol, request)) Logs.Enqueue(log);
    }

    private void TakeMetrics(string protocol, byte[] request)
    {
        foreach (string name in OtlpMessages.MetricNames(request)) Metrics[(protocol, name)] = true;
    }

    private static async Task HttpAsync(HttpContext context, Action<string, byte[]> take)
    {
        take(Http, await BodyAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>A gRPC message is its compression flag, its length and itself; the empty answer is five zeros, and the status comes after it.</summary>
    private static async Task GrpcAsync(HttpContext context, Action<string, byte[]> take)
    {
        byte[] body = await BodyAsync(context);
        if (body[0] != 0) throw new InvalidDataException("The exporter was not told to compress.");
        take(Grpc, body[5..(5 + (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)))]);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
