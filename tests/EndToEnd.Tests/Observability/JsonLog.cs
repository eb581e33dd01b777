using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>The log of a process of which every line is an object.</summary>
internal static class JsonLog
{
    /// <summary>Reads up to the first line that is looked for, and on in the background.</summary>
    /// <exception cref="InvalidOperationException">
    /// The process ended before, maybe in the middle of a line, or a whole line is no object; the message has all that it said.
    /// </exception>
    public static async Task<JsonElement> UntilAsync(Process process, Predicate<JsonElement> isIt)
    {
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = new StringBuilder();
        string? broken = null;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            // Another one has come after it: it was whole.
            if (broken is not null) throw new InvalidOperationException($"This line is no object:\n{broken}\nBefore it and after it came:\n{said}{line}");
            said.AppendLine(line);
            if (Parse(line) is not { } log)
            {
                broken = line;
                continue;
            }
            if (!isIt(log)) continue;
            _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);   // a full pipe would stop it
            return log;
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        throw new InvalidOperationException($"{process.StartInfo.FileName} ended with exit code {process.ExitCode}{(broken is null ? "" : " in the middle of a line")}:\n{said}{await errors}");
    }

    private static JsonElement? Parse(string line)
    {
        try
        {
            return JsonElement.Parse(line) is { ValueKind: JsonValueKind.Object } log ? log : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
