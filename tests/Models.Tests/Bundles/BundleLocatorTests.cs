using ClipGen.Models.Bundles;

namespace ClipGen.Models.Tests.Bundles;

/// <summary>Sets an environment variable of the whole process; no other class looks for bundles by name.</summary>
public sealed class BundleLocatorTests : IDisposable
{
    private readonly TinyBundle tiny = new();

    public BundleLocatorTests() => Environment.SetEnvironmentVariable(BundleLocator.EnvironmentVariable, tiny.Root);

    [Fact]
    public void A_bundle_is_found_by_folder_and_by_name()
    {
        tiny.Write("one");

        Assert.Equal(tiny["one"], BundleLocator.Find(tiny["one"]));
        Assert.Equal(tiny["one"], BundleLocator.Find("one"));
        Assert.Equal("tiny", ModelBundle.Open("one").Manifest.Name);
    }

    [Fact]
    public void An_unknown_name_lists_what_is_there()
    {
        tiny.Write("one");
        tiny.Write("two");
        Directory.CreateDirectory(tiny["no-bundle"]);

        string message = Assert.Throws<BundleException>(() => BundleLocator.Find("three")).Message;

        Assert.Contains("'three'", message, StringComparison.Ordinal);
        Assert.Contains("one, ", message, StringComparison.Ordinal);
        Assert.Contains("two", message, StringComparison.Ordinal);
        Assert.DoesNotContain("no-bundle", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_manifest_is_no_bundle()
    {
        Directory.CreateDirectory(tiny["no-bundle"]);

        Assert.Contains(BundleManifest.FileName, Assert.Throws<BundleException>(() => BundleLocator.Find(tiny["no-bundle"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("one/../one")]
    [InlineData("no\0name")]
    public void A_name_is_a_name_and_no_path(string name)
    {
        tiny.Write("one");

        Assert.Throws<BundleException>(() => BundleLocator.Find(name));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(BundleLocator.EnvironmentVariable, null);
        tiny.Dispose();
    }
}
