using System.Net.Sockets;
using System.Text;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>A connection on which a test writes the bytes itself.</summary>
internal sealed class Raw : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private Raw() { }

    public NetworkStream Stream { get; private set; } = null!;

    public static async Task<Raw> ConnectAsync(Uri root)
    {
        var raw = new Raw();
        await raw._socket.ConnectAsync(root.Host, root.Port, Sut.Token);
        raw.Stream = new(raw._socket);
        return raw;
    }

    public async Task WriteAsync(string latin1) => await Stream.WriteAsync(Encoding.Latin1.GetBytes(latin1), Sut.Token);

    /// <summary>All that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            while (await Stream.ReadAsync(buffer, Sut.Token) is > 0 and var count) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // Cut off instead of closed.
        }
        return text.ToString();
    }

    /// <summary>Says that nothing more is sent.</summary>
    public void End() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();
}
