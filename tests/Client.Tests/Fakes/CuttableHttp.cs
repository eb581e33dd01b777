using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>A way to a server whose connections a test can cut, as a network would.</summary>
internal sealed class CuttableHttp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = [];
    private readonly Uri _server;
    private readonly Task _accepting;

    public CuttableHttp(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Resets every connection that is open now.</summary>
    public void Cut()
    {
        foreach (var socket in _open.Keys)
        {
            socket.LingerState = new(true, 0);
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // No more.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            _open.TryAdd(client, true);
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port);
                await using NetworkStream near = new(client), far = new(server);
                await await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // Cut.
            }
            _open.TryRemove(client, out _);
        }
    }
}
