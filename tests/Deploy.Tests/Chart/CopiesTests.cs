namespace ClipGen.Deploy.Tests.Chart;

/// <summary>A chart can only hold what lies in its own folder: its dashboards and rules are copies, and equal to the originals.</summary>
public sealed class CopiesTests
{
    [Theory]
    [InlineData("deploy/grafana", "*.json", "files/dashboards")]
    [InlineData("deploy/prometheus", "*.rules.yml", "files/rules")]
    public void Copies_are_equal_to_the_originals(string original, string pattern, string copy)
    {
        string from = Path.Combine(Repository.Root, original), to = Path.Combine(Helm.ChartFolder, copy);
        var originals = Directory.Exists(from) ? Contents(from, pattern) : [];
        if (Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") Copy(originals, to);
        var copies = Directory.Exists(to) ? Contents(to, pattern) : [];

        Assert.True(originals.OrderBy(o => o.Key).SequenceEqual(copies.OrderBy(c => c.Key)), $"{to} is not as {from} is; run this test with CLIPGEN_APPROVE=1, which copies it.");
    }

    private static void Copy(Dictionary<string, string> files, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.GetFiles(folder)) File.Delete(old);
        foreach (var (name, text) in files) File.WriteAllText(Path.Combine(folder, name), text);
    }

    private static Dictionary<string, string> Contents(string folder, string pattern) => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).ToDictionary(f => Path.GetFileName(f), File.ReadAllText);
}
