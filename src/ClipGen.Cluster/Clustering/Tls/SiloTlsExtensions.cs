using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace ClipGen.Cluster.Clustering.Tls;

/// <summary>Puts mutual TLS between a silo's sockets and Orleans' protocol, which has no authentication of its own.</summary>
internal static partial class SiloTlsExtensions
{
    public static void UseTls(this ISiloBuilder silo, TlsOptions options)
    {
        if (!options.IsOn) return;
        silo.Services.AddSingleton<IConfigureOptions<SiloConnectionOptions>>(services =>
        {
            var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("ClipGen.Cluster.Tls");
            var certificates = new TlsCertificates(options, logger);
            return new ConfigureOptions<SiloConnectionOptions>(connections =>
            {
                connections.ConfigureSiloInboundConnection(builder => builder.Use(next => connection => RunAsync(TlsHandshake.AcceptAsync, certificates, options, logger, next, connection)));
                connections.ConfigureGatewayInboundConnection(builder => builder.Use(next => connection => RunAsync(TlsHandshake.AcceptAsync, certificates, options, logger, next, connection)));
                connections.ConfigureSiloOutboundConnection(builder => builder.Use(next => connection => RunAsync(TlsHandshake.ConnectAsync, certificates, options, logger, next, connection)));
            });
        });
    }

    private delegate Task<SslStream> Handshake(IDuplexPipe transport, TlsCertificates.Material material, TlsOptions options, CancellationToken cancellationToken);

    private static async Task RunAsync(Handshake handshake, TlsCertificates certificates, TlsOptions options, ILogger logger, ConnectionDelegate next, ConnectionContext connection)
    {
        var plain = connection.Transport;
        SslStream stream;
        try
        {
            stream = await handshake(plain, certificates.Current, options, connection.ConnectionClosed);
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException)
        {
            // Without a word to Orleans: for it, the connection was never there.
            if (e is AuthenticationException) LogRefused(logger, connection.RemoteEndPoint, e.Message);
            connection.Abort(new ConnectionAbortedException(e.Message, e));
            return;
        }

        await using (stream)
        {
            connection.Transport = new StreamPipe(stream);
            try
            {
                await next(connection);
            }
            finally
            {
                connection.Transport = plain;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "No connection with {Peer}. {Reason}")]
    private static partial void LogRefused(ILogger logger, EndPoint? peer, string reason);

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new(leaveOpen: true));
    }
}
