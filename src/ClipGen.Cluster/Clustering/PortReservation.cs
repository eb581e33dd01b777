using System.Net;
using System.Net.Sockets;
using Orleans.Runtime;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// A free port, kept until the silo listens there. Between choosing a port and listening there a silo takes seconds to start, in which
/// the system would give a port that nobody holds to the next who asks for any. A bound socket that does not listen keeps all those away,
/// but not the silo: both have SO_REUSEADDR, as .NET sets it on Unix.
/// </summary>
internal sealed class PortReservation : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly Socket _socket;

    /// <exception cref="SocketException">The address is not one of this host, or no port is left.</exception>
    public PortReservation(IPAddress address)
    {
        _socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(address, 0));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(PortReservation), ServiceLifecycleStage.Active, _ =>
    {
        Dispose();
        return Task.CompletedTask;
    });

    public void Dispose() => _socket.Dispose();
}
