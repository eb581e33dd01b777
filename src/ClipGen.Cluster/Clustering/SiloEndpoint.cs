using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClipGen.Cluster.Clustering;

/// <summary>Where other silos reach this one.</summary>
internal static class SiloEndpoint
{
    private const int PostgreSqlPort = 5432;

    /// <returns>Null when only Orleans can choose, from all the addresses that the host has.</returns>
    public static IPAddress? Address(ClusterOptions options, KubernetesPod? pod)
    {
        if (options.AdvertisedAddress != "") return IPAddress.Parse(options.AdvertisedAddress);
        if (pod?.Address is { } address) return address;
        return (RedisConnection.Parse(options.Connection)?.EndPoints[0] ?? Database(options.AdoNet)) is { } store ? Towards(store) : null;
    }

    // As Npgsql's connection strings say it; others may name it otherwise.
    private static DnsEndPoint? Database(AdoNetOptions database)
    {
        var settings = new DbConnectionStringBuilder { ConnectionString = database.ConnectionString };
        if (!settings.TryGetValue("Host", out object? hosts) || hosts is not string { Length: > 0 } text || text.StartsWith('/')) return null;   // "/…" is a socket of this machine
        string host = text.Split(',')[0].Trim();
        string port = settings.TryGetValue("Port", out object? given) ? $"{given}" : "";
        if (host.Split(':') is [{ Length: > 0 } name, var own]) (host, port) = (name, own);
        return new(host, ushort.TryParse(port, CultureInfo.InvariantCulture, out ushort number) && number > 0 ? number : PostgreSqlPort);
    }

    // A host has many addresses (Docker's bridge is one), but only one on the way to the store. "Connecting" UDP finds it and sends nothing.
    private static IPAddress? Towards(EndPoint store)
    {
        try
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            switch (store)
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
            return null;   // it cannot be reached, which it will soon be asked for, and say
        }
    }
}
