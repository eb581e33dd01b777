using System.Diagnostics;
using ClipGen.Cli.Joining;
using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices.Simulation;

namespace ClipGen.Cli.Chaos;

/// <summary>Starts a cluster of processes, loads it, has processes killed, and compares what came of it with an undisturbed run.</summary>
internal static class ChaosRun
{
    /// <summary>Generations before the first blow, to compare the latency with.</summary>
    private const int Calm = 20;

    public static async Task<int> RunAsync(ChaosSettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        bool temporary = settings.Data is null;
        string folder = settings.Data is null ? Directory.CreateTempSubdirectory("clipgen-chaos-").FullName : Path.GetFullPath(settings.Data);
        if (!temporary && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) throw new CommandException($"The folder '{folder}' is not empty; name another one.");
        Directory.CreateDirectory(folder);
        try
        {
            var report = await RunAsync(settings, folder, cancellationToken);
            Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
            return report.IsWell ? 0 : CommandRunner.Failed;
        }
        finally
        {
            if (settings.Keep) Console.Error.WriteLine($"clipgen: {folder} is left there.");
            else Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<ChaosReport> RunAsync(ChaosSettings settings, string folder, CancellationToken cancellationToken)
    {
        string images = Directory.CreateDirectory(Path.Combine(folder, SimulatedWorld.Images)).FullName;
        var clock = Stopwatch.StartNew();
        using var line = new StatusLine();
        Load load;
        IReadOnlyList<SentGeneration> calm, stormy;
        IReadOnlyList<DealtBlow> blows;
        int unexpectedEnds, rejoined;

        // Step 1: the cluster, and this process as a member of it
        line.Show("starting the processes …");
        await using (var cluster = await ChaosCluster.StartAsync(settings, folder, cancellationToken))
        await using (var client = await ClientSilo.StartAsync(
            cluster.Redis.Connection, "client", Path.Combine(folder, "client"), new FileLog(Path.Combine(folder, "logs", "client.log")), cancellationToken))
        {
            // Step 2: some generations that nobody disturbs
            load = new Load(client, settings.Seed, settings.Rate, images, clock);
            line.Show("undisturbed generations …");
            calm = await load.SendAsync(Math.Min(Calm, settings.Generations), () => false, cancellationToken);

            // Step 3: the rest, among blows
            var saboteur = new Saboteur(cluster, client, KillSchedule.Draw(settings.Kills, settings.Pause, settings.Seed), settings.Total, clock, text => line.Show($"{text} ({load.Sent.Count} generations sent)"));
            var dealing = saboteur.RunAsync(cancellationToken);
            stormy = await load.SendAsync(Math.Max(0, settings.Generations - calm.Count), () => !dealing.IsCompleted, cancellationToken);
            blows = await dealing;
            (unexpectedEnds, rejoined) = (cluster.UnexpectedEnds, client.Rejoined);
        }

        // Step 4: the same again in peace
        line.Show("comparing …");
        await File.WriteAllLinesAsync(Path.Combine(folder, "generations.tsv"), load.Sent.Select(g => g.ToLine()).Prepend(SentGeneration.Heading), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, "blows.tsv"), blows.Select(b => FormattableString.Invariant($"{b.At:F2}\t{b.Blow}\t{b.Victim}\t{b.DetectedAfter:F2}")), cancellationToken);
        SentGeneration[] accepted = [.. load.Sent.Where(g => g.Id is not null)], completed = [.. accepted.Where(g => g.IsCompleted)];
        string expectedImages = Path.Combine(folder, "expected");
        var expected = await UndisturbedRun.DrawAsync([.. completed.Select(g => g.Request)], expectedImages, cancellationToken);
        var store = await StoreComparison.OfAsync(completed, accepted, expected, images, expectedImages, cancellationToken);
        return ChaosReport.Of(settings.Seed, clock.Elapsed.TotalSeconds, calm, stormy, blows, store, StepFile.Total(Path.Combine(folder, SimulatedWorld.Steps)), unexpectedEnds, rejoined);
    }
}
