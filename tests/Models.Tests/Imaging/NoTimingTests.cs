using System.Text.RegularExpressions;

namespace ClipGen.Models.Tests.Imaging;

/// <summary>Imaging is a function of its input: a test of it that looks at a clock fails on a busy machine and proves nothing.</summary>
public sealed partial class NoTimingTests
{
    [Fact]
    public void No_test_here_looks_at_a_clock_or_waits()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Models.Tests", "Imaging"), "*.cs");
        Assert.Contains(files, file => Path.GetFileName(file) == $"{nameof(NoTimingTests)}.cs");

        var uses = files
            .Where(file => Path.GetFileName(file) != $"{nameof(NoTimingTests)}.cs")
            .SelectMany(file => Clock().Matches(File.ReadAllText(file)), (file, use) => $"{Path.GetFileName(file)}: {use}");

        Assert.Empty(uses);
    }

    [GeneratedRegex(@"\b(Stopwatch|DateTime(Offset)?|TickCount(64)?|TimeProvider|TimeSpan|Sleep|Delay|SpinWait|CancelAfter|Timer|Timeout)\b")]
    private static partial Regex Clock();
}
