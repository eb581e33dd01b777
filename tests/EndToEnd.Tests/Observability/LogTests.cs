using System.Diagnostics;

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
            var ready = await JsonLog.UntilAsync(process, log => log.GetProperty("State").TryGetProperty("Device", out _));
            Assert.Equal(("sim:0", "sim", "Information"), (Of("Device"), Of("Model"), ready.GetProperty("LogLevel").GetString()));
            string? Of(string name) => ready.GetProperty("State").GetProperty(name).GetString();
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("""echo '{"a":1}'; printf '{"b"'; echo no room >&2; exit 3""", "sh ended with exit code 3 in the middle of a line:\n{\"a\":1}\n{\"b\"\nno room\n")]
    [InlineData("""echo '{"a":1}'""", "sh ended with exit code 0:\n{\"a\":1}\n")]
    [InlineData("""echo '{"a":1}'; echo '{"b"'; echo '{"c":1}'""", "This line is no object:\n{\"b\"\nBefore it and after it came:\n{\"a\":1}\n{\"b\"\n{\"c\":1}")]
    public async Task What_is_no_whole_line_of_it_is_told_with_what_went_before(string script, string says)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Assert.Equal(says, (await Assert.ThrowsAsync<InvalidOperationException>(() => JsonLog.UntilAsync(process, log => log.TryGetProperty("z", out _)))).Message);
    }

    public void Dispose() => _folder.Dispose();
}
