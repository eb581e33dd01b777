using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Chaos;

/// <summary>What <c>clipgen chaos</c> was asked.</summary>
/// <param name="Pause">Mean seconds between two blows.</param>
internal sealed record ChaosSettings(
    int Generations, int Kills, double Pause, ulong Seed, int Gateways, int Gpus, double Rate, bool Total, string? RedisServer, string? Data, bool Keep, bool Json)
{
    /// <summary>The program that keeps the cluster's state.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public string FindRedis()
    {
        if (RedisServer is not null) return File.Exists(RedisServer) ? RedisServer : throw new CommandException($"There is no file '{RedisServer}'; --redis-server takes the program's path.");
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists)
            ?? throw new CommandException("redis-server is not in PATH; install it, or name it with --redis-server.");
    }

    /// <exception cref="CommandException">Something cannot be meant; says what.</exception>
    public void Check()
    {
        if (OperatingSystem.IsWindows()) throw new CommandException("chaos needs signals (kill -9, stop, continue), which Windows does not have; run it on Linux or macOS.");
        if (Generations < 1 || Kills < 0) throw new CommandException("--generations must be at least 1, and --kills 0 or more.");
        if (Gateways < 1 || Gpus < 1) throw new CommandException("--gateways and --gpus must be at least 1.");
        if (!Total && Kills > 0 && (Gateways < 2 || Gpus < 2)) throw new CommandException("With one gateway or one device every kill is a total one; use two of each, or say --total.");
        if (!(Rate > 0)) throw new CommandException("--rate must be more than 0.");
        NumberOption.Check("--pause", Pause, 0.1, 3600);
    }
}
