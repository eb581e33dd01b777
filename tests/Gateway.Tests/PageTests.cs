using System.Text;
using System.Text.RegularExpressions;

namespace ClipGen.Gateway.Tests;

public sealed partial class PageTests
{
    [Fact]
    public async Task The_page_and_all_that_it_loads_come_from_the_program_itself()
    {
        await using var sut = await Sut.CreateSut();
        var page = await sut.Get("/");
        Assert.Equal(200, page.Status);
        Assert.Contains("default-src 'none'", page.Header("Content-Security-Policy"), StringComparison.Ordinal);

        var waiting = new Queue<string>(Loaded().Matches(Text(page)).Select(m => m.Groups["file"].Value));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out string? file))
        {
            if (!seen.Add(file)) continue;
            var answer = await sut.Get($"/{file}");
            Assert.True(answer.Status == 200, $"{file}: {answer.Status}");
            foreach (Match import in Imported().Matches(Text(answer))) waiting.Enqueue($"page/{import.Groups["file"].Value}");
        }
        Assert.Superset(new HashSet<string> { "page/page.css", "page/main.js", "page/api.js", "page/drawing.js", "page/history.js" }, seen);
    }

    private static string Text(Answer answer) => Encoding.UTF8.GetString(answer.Body);

    [GeneratedRegex("(?:href|src)=\"(?<file>page/[^\"]+)\"")]
    private static partial Regex Loaded();

    [GeneratedRegex("from \"\\./(?<file>[^\"]+)\"")]
    private static partial Regex Imported();
}
