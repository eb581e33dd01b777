using System.CommandLine;
using ClipGen.Cluster.Storage;

namespace ClipGen.Cli.Terminal;

/// <summary>Which store the images go to.</summary>
internal static class ImagesOption
{
    /// <param name="otherwise">What happens without it.</param>
    public static Option<string?> Create(string otherwise) => new("--images")
    {
        Description = $"Where the pictures are kept: files; blob, the storage account whose connection string the environment has (CLIPGEN__Images__ConnectionString); or https://ACCOUNT.blob.core.windows.net/CONTAINER, by this process's own identity. [default: as the environment says, else {otherwise}]",
        HelpName = "store",
    };

    /// <summary>The same by configuration key; nothing for null.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> ToConfiguration(string? images)
    {
        if (images is null) return [];
        if (!Uri.TryCreate(images, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps) return [new($"{ImageStoreOptions.SectionName}:{nameof(ImageStoreOptions.Store)}", images)];
        List<KeyValuePair<string, string?>> settings =
        [
            new($"{ImageStoreOptions.SectionName}:{nameof(ImageStoreOptions.Store)}", ImageStoreOptions.Blob),
            // A query would be a SAS, which is refused there with the word that it does not belong there.
            new($"{ImageStoreOptions.SectionName}:{nameof(ImageStoreOptions.AccountUrl)}", uri.GetLeftPart(UriPartial.Authority) + uri.Query),
        ];
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } container) settings.Add(new($"{ImageStoreOptions.SectionName}:{nameof(ImageStoreOptions.Container)}", container));
        return settings;
    }
}
