using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ClipGen.Cluster.Clustering;

/// <summary>Looks for PostgreSQL and Orleans' tables in it before the silo starts, and says plainly what is missing; Orleans' own providers would fail somewhere within.</summary>
internal sealed class PostgreSqlCheck(AdoNetOptions database) : IHostedLifecycleService
{
    public const string Invariant = "Npgsql";

    /// <exception cref="ClusterConnectionException">The database does not answer, or not to us, or has no tables of Orleans'.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT count(*) FROM OrleansQuery WHERE QueryKey IN ('MembershipReadAllKey', 'ReadFromStorageKey', 'DeleteStorageKey')", connection);
            if (await command.ExecuteScalarAsync(cancellationToken) is not 3L)
                throw Missing("lacks queries that Orleans asks for: run its scripts Clustering and Persistence for PostgreSQL there, of the version that the README names", null);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw Missing("has no tables of Orleans': run its scripts Main, Clustering and Persistence for PostgreSQL there, of the version that the README names", e);
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException)
        {
            throw new ClusterConnectionException($"Cannot connect to PostgreSQL ({ClusterOptions.SectionName}:AdoNet:ConnectionString): {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static ClusterConnectionException Missing(string what, Exception? inner) => new($"The database of {ClusterOptions.SectionName}:AdoNet:ConnectionString {what}.", inner);
}
