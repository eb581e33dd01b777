using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ClipGen.Cli.Chaos;

/// <summary>redis-server with a folder and a port of its own; what it has answered for is on the disk.</summary>
internal sealed class RedisChild(string program, string folder, int port, string logFolder, Guard guard) : Child("redis", logFolder, guard)
{
    public string Connection => $"redis://127.0.0.1:{port}";

    protected override ProcessStartInfo Command() => new(program,
    [
        "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no",
    ]);

    protected override async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            byte[] answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer, cancellationToken);
            return answer.AsSpan().SequenceEqual("+PONG"u8);   // not -LOADING
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
