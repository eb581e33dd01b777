using System.Diagnostics;
using System.Globalization;

namespace ClipGen.Tests;

/// <summary>A real Azurite, Azure Storage's emulator, with a folder and a port of its own, there as long as the tests that share it.</summary>
public sealed class AzuriteServer : IAsyncLifetime
{
    /// <summary>The account and the key that every Azurite has.</summary>
    public const string Account = "devstoreaccount1", Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <summary>Where <c>.ci/run</c> has npm put it.</summary>
    private static readonly string Program = Path.Combine(Repository.Root, "artifacts", "node", "node_modules", "azurite", "dist", "src", "blob", "main.js");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
    private Process? _process;
    private int _port;

    public static bool IsThere => File.Exists(Program);

    /// <summary>Skips the test, by name, where there is no Azurite.</summary>
    public string ConnectionString
    {
        get
        {
            Parts.Require(IsThere, "npm's azurite (npm install --prefix artifacts/node azurite)");
            return ConnectionStringOf(Key);
        }
    }

    public string ConnectionStringOf(string key) => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint=http://127.0.0.1:{_port}/{Account};";

    public async ValueTask InitializeAsync()
    {
        if (IsThere) await StartAsync();
    }

    public async Task StartAsync()
    {
        const string Ready = "successfully listens on ";   // and then the address: it takes a free port, and the same one again after that
        string[] arguments = [Program, "--location", _folder, "--blobHost", "127.0.0.1", "--blobPort", _port.ToString(CultureInfo.InvariantCulture), "--disableTelemetry"];
        _process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        for (string log = ""; ; log += "\n")
        {
            string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"Azurite did not start:\n{log}");
            log += line;
            if (!line.Contains(Ready, StringComparison.Ordinal)) continue;
            _port = new Uri(line[(line.IndexOf(Ready, StringComparison.Ordinal) + Ready.Length)..]).Port;
            break;
        }
        _ = DrainAsync(_process.StandardOutput);   // a full pipe would stop it
    }

    /// <summary>Takes it away in good order: it writes its index of blobs now and then only, and kill -9 loses what came after that.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task DrainAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is not null)
        {
            // Its access log is nobody's.
        }
    }
}
