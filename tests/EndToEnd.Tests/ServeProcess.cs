using System.Diagnostics;
using System.Text;

namespace ClipGen.EndToEnd.Tests;

/// <summary><c>clipgen serve</c> in a process of its own, on a free port; killed at the end.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process process;
    private readonly Task<string> errors;

    public ServeProcess(string folder, params string[] arguments) : this(folder, new Dictionary<string, string>(), arguments) { }

    /// <param name="environment">Added to this process's own.</param>
    public ServeProcess(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        process = new Clipgen(folder).Start(environment, ["serve", "--port", "0", "--http", "127.0.0.1:0", .. arguments]);
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process => process;

    /// <summary>Returns, with the address of its API, when a health endpoint says so.</summary>
    public async Task<Uri> UntilAsync(string health)
    {
        string line;
        try
        {
            line = await ReadUntilAsync(process, Listening);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException(e.Message + await errors, e);
        }
        var address = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        using var http = new HttpClient { BaseAddress = address };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await AnswersAsync(http, health)) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        return address;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Reads a process's output up to the line that has the text, and on in the background.</summary>
    /// <exception cref="InvalidOperationException">The process ended before; the message has what it said until then.</exception>
    public static async Task<string> ReadUntilAsync(Process process, string text)
    {
        var said = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (!line.Contains(text, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.ReadToEndAsync();   // a full pipe would stop it
            return line;
        }
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{process.StartInfo.FileName} ended with exit code {process.ExitCode} before it said '{text}':\n{said}");
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string health)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(health, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
