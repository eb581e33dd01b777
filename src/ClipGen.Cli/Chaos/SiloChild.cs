using System.Diagnostics;

namespace ClipGen.Cli.Chaos;

/// <summary><c>clipgen serve</c> in a process of its own, with one role.</summary>
internal sealed class SiloChild(string name, string role, string connection, string folder, string logFolder, Guard guard) : Child(name, logFolder, guard)
{
    private const string Listening = "Now listening on: ";
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };
    private volatile string? _address;

    public string Role => role;

    protected override ProcessStartInfo Command()
    {
        _address = null;
        string self = Environment.ProcessPath!;
        List<string> arguments = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "clipgen.dll")] : [];
        arguments.AddRange(["serve", "--roles", role, "--cluster", connection, "--name", Name, "--port", "0", "--http", "127.0.0.1:0", "--data", Path.Combine(folder, Name)]);
        if (role == "gpu") arguments.AddRange(["--devices", "sim:1"]);
        var start = new ProcessStartInfo(self, arguments) { WorkingDirectory = folder };
        foreach (var (key, value) in SimulatedWorld.Environment) start.Environment[key] = value;
        start.Environment["CLIPGEN__Images__Store"] = "files";
        start.Environment["CLIPGEN__FileImageStore__RootFolder"] = Path.Combine(folder, SimulatedWorld.Images);
        start.Environment["CLIPGEN__Simulation__StepsFolder"] = Path.Combine(folder, SimulatedWorld.Steps);
        start.Environment["DOTNET_gcServer"] = "0";
        return start;
    }

    protected override void Hear(string line)
    {
        int at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0) _address = line[(at + Listening.Length)..].Trim();
    }

    protected override async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        if (_address is not { } address) return false;
        try
        {
            using var answer = await Http.GetAsync(new Uri(address + "/health/ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
