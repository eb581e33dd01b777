using System.Text.Json;

namespace ClipGen.EndToEnd.Tests.Observability;

public sealed class LogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_line_of_the_log_is_an_object_where_machines_read_it()
    {
        File.WriteAllText(_folder["appsettings.json"], """{"Logging":{"Console":{"FormatterName":"json"}}}""");
        using var process = new Clipgen(_folder.Path).Start("serve", "--devices", "sim:1", "--http", "127.0.0.1:0", "--data", _folder["data"]);
        try
        {
            _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            JsonElement ready = default;
            while (ready.ValueKind == JsonValueKind.Undefined && await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                var log = JsonElement.Parse(line);
                if (log.GetProperty("State").TryGetProperty("Device", out _)) ready = log;
            }
            Assert.Equal(("sim:0", "sim", "Information"), (Of("Device"), Of("Model"), ready.GetProperty("LogLevel").GetString()));
            string? Of(string name) => ready.GetProperty("State").GetProperty(name).GetString();
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _folder.Dispose();
}
