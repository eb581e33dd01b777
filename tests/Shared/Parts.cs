namespace ClipGen.Tests;

/// <summary>Real parts that a machine may lack. A missing one skips its test by name; with CLIPGEN_REQUIRE_PARTS=1 it fails it.</summary>
public static class Parts
{
    public static bool Required => Environment.GetEnvironmentVariable("CLIPGEN_REQUIRE_PARTS") == "1";

    /// <summary>Where PATH has a program; null where it does not.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static void Require(bool present, string what)
    {
        if (present) return;
        if (Required) Assert.Fail($"{what} is missing, and CLIPGEN_REQUIRE_PARTS=1 demands it.");
        Assert.Skip($"{what} is missing.");
    }
}
