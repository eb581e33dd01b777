namespace ClipGen.Models.Bundles;

/// <summary>Finds a bundle by folder or by name.</summary>
public static class BundleLocator
{
    /// <summary>A further folder of bundles, looked through before those that come with the program.</summary>
    public const string EnvironmentVariable = "CLIPGEN_MODELS";

    /// <summary>The folders whose subfolders are bundles, in the order they are looked through.</summary>
    public static IReadOnlyList<string> Roots => [.. new[] { Environment.GetEnvironmentVariable(EnvironmentVariable), "models", Path.Combine(AppContext.BaseDirectory, "models") }
        .OfType<string>().Where(root => root.Length > 0).Select(Path.GetFullPath).Distinct()];

    /// <param name="folderOrName">A folder that holds a bundle, or the name of one under <see cref="Roots"/>.</param>
    /// <exception cref="BundleException">Neither; names the bundles that are there.</exception>
    public static string Find(string folderOrName)
    {
        if (IsBundle(folderOrName)) return Path.GetFullPath(folderOrName);
        if (Directory.Exists(folderOrName)) throw new BundleException($"The folder {folderOrName} holds no {BundleManifest.FileName}, so it is no model bundle.");
        bool isName = folderOrName.Length > 0 && folderOrName == Path.GetFileName(folderOrName);
        string? found = isName ? Roots.Select(root => Path.Combine(root, folderOrName)).FirstOrDefault(IsBundle) : null;
        return found ?? throw new BundleException($"There is no model '{folderOrName}'. {Known()}");
    }

    private static string Known()
    {
        string[] names = [.. Roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Where(IsBundle).Select(Path.GetFileName).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        string there = names.Length == 0 ? "No bundle was found" : $"Known: {string.Join(", ", names)}";
        return $"{there}; a bundle's folder works too, and {EnvironmentVariable} may name a folder of bundles.";
    }

    private static bool IsBundle(string folder) => folder.Length > 0 && File.Exists(Path.Combine(folder, BundleManifest.FileName));
}
