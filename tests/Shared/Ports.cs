using System.Net;
using System.Net.Sockets;

namespace ClipGen.Tests;

/// <summary>Ports for real parts that have to be told one.</summary>
public static class Ports
{
    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
