using System.Net;
using System.Net.Sockets;
using ClipGen.Cluster.Clustering;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class PostgreSqlCheckTests
{
    [Fact]
    public async Task A_database_that_does_not_answer_is_told_in_one_line()
    {
        using var closed = new Socket(SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));   // and does not listen
        var sut = new PostgreSqlCheck(new() { Invariant = "Npgsql", ConnectionString = $"Host=127.0.0.1;Port={((IPEndPoint)closed.LocalEndPoint!).Port};Username=clipgen;Password=secret" });

        var error = await Assert.ThrowsAsync<ClusterConnectionException>(() => sut.StartingAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("Cannot connect to PostgreSQL (ClipGen:Cluster:AdoNet:ConnectionString): ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_Npgsql_does_not_know_is_named()
    {
        var sut = new PostgreSqlCheck(new() { Invariant = "Npgsql", ConnectionString = "Host=db;Usrname=clipgen" });

        var error = await Assert.ThrowsAsync<ClusterConnectionException>(() => sut.StartingAsync(TestContext.Current.CancellationToken));

        Assert.Contains("usrname", error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
