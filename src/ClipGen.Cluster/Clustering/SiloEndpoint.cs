using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace ClipGen.Cluster.Clustering;

/// <summary>Where other silos reach this one.</summary>
internal static class SiloEndpoint
{
    /// <returns>Null when only Orleans can choose, from all the addresses that the host has.</returns>
    public static IPAddress? Address(ClusterOptions options, KubernetesPod? pod)
    {
        if (options.AdvertisedAddress != "") return IPAddress.Parse(options.AdvertisedAddress);
        if (pod?.Address is { } address) return address;
        return RedisConnection.Parse(options.Connection) is { } redis ? Towards(redis) : null;
    }

    // A host has many addresses (Docker's bridge is one), but only one on the way to Redis. "Connecting" UDP finds it and sends nothing.
    private static IPAddress? Towards(ConfigurationOptions redis)
    {
        try
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            switch (redis.EndPoints[0])
            {
                case DnsEndPoint { Host: "localhost" }: return IPAddress.Loopback;
                case DnsEndPoint name: socket.Connect(name.Host, name.Port); break;
                case var address: socket.Connect(address); break;
            }
            var local = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        }
        catch (SocketException)
        {
            return null;   // Redis cannot be reached, which it will soon be asked for, and say
        }
    }
}
