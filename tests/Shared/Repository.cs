namespace ClipGen.Tests;

/// <summary>Where the checkout's files are, found from the test program's own folder upwards.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>A file of <c>tests/Shared/reference</c>: small checkpoints in the original's formats and what the original computes.</summary>
    public static string Reference(string name) => Path.Combine(Root, "tests", "Shared", "reference", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClipGen.Cluster.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException($"No ClipGen.Cluster.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
