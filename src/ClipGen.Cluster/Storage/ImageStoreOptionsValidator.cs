using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>Everything that is wrong with the options at once, each with what to do about it, and without what they keep secret.</summary>
internal sealed partial class ImageStoreOptionsValidator : IValidateOptions<ImageStoreOptions>
{
    private const string Section = ImageStoreOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, ImageStoreOptions options)
    {
        var failures = (new ImageStoreOptionsAnnotations().Validate(name: null, options).Failures ?? [])
            .Select(failure => failure[(failure.IndexOf(": ", StringComparison.Ordinal) + 2)..].Replace($"The field {nameof(ImageStoreOptions)}.", $"{Section}:", StringComparison.Ordinal))
            .Concat(Problems(options))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Problems(ImageStoreOptions options)
    {
        bool hasConnection = options.ConnectionString != "", hasUrl = options.AccountUrl != "";
        if (!options.IsBlob)
        {
            if (options.Store != "" && !options.Store.Equals(ImageStoreOptions.Files, StringComparison.OrdinalIgnoreCase))
                yield return $"{Section}:Store is '{options.Store}'; use {ImageStoreOptions.Files} or {ImageStoreOptions.Blob}.";
            yield break;
        }
        if (hasConnection && hasUrl)
            yield return $"{Section}:ConnectionString and {Section}:AccountUrl are both set; keep the former to show a key, the latter to show the process's own identity.";
        if (!hasConnection && !hasUrl)
            yield return $"{Section}:Store is {ImageStoreOptions.Blob}, but nothing says which account: set the environment's CLIPGEN__Images__ConnectionString, or {Section}:AccountUrl to use the process's own identity.";
        if (hasConnection && !BlobAccount.IsConnectionString(options.ConnectionString))
            yield return $"{Section}:ConnectionString is none of a storage account; it looks like DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net.";
        if (hasUrl && !IsAccountUrl(options.AccountUrl))
            yield return $"{Section}:AccountUrl must be the account's blob endpoint and nothing more, as https://account.blob.core.windows.net; a container's name belongs into {Section}:Container, a SAS into {Section}:ConnectionString.";
        if (!ContainerName().IsMatch(options.Container))
            yield return $"{Section}:Container is '{options.Container}'; use 3 to 63 lower-case letters, digits and single dashes, a letter or digit first and last.";
    }

    /// <summary>Over TLS only: an identity's token is not sent in the clear.</summary>
    private static bool IsAccountUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "https", Query: "", Fragment: "", UserInfo: "", AbsolutePath: "/" };

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex ContainerName();
}

[OptionsValidator]
internal sealed partial class ImageStoreOptionsAnnotations : IValidateOptions<ImageStoreOptions>;
