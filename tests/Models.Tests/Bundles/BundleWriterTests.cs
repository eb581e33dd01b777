using ClipGen.Models.Bundles;

namespace ClipGen.Models.Tests.Bundles;

public sealed class BundleWriterTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly TinyBundle tiny = new();

    [Fact]
    public void An_older_bundle_is_replaced_and_nothing_is_left_beside_it()
    {
        tiny.Write();
        tiny.Write(manifest: TinyBundle.Manifest with { Description = "newer" });

        Assert.Equal("newer", ModelBundle.Open(tiny["tiny"]).Manifest.Description);
        Assert.Equal([tiny["tiny"]], Directory.EnumerateFileSystemEntries(tiny.Root));
    }

    [Fact]
    public void An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(tiny["empty"]);

        Assert.Empty(tiny.Write("empty" + Path.DirectorySeparatorChar).Verify(Stop));
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_left_alone()
    {
        Directory.CreateDirectory(tiny["photos"]);
        File.WriteAllText(Path.Combine(tiny["photos"], "cat.png"), "cat");
        File.WriteAllText(tiny["file"], "a file");

        Assert.Throws<BundleException>(() => tiny.Write("photos"));
        Assert.Throws<BundleException>(() => tiny.Write("file"));

        Assert.Equal("cat", File.ReadAllText(Path.Combine(tiny["photos"], "cat.png")));
        Assert.Equal([tiny["file"], tiny["photos"]], Directory.EnumerateFileSystemEntries(tiny.Root).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_someone_has_put_beside_a_bundles_files_is_not_deleted_with_them()
    {
        string notes = Path.Combine(tiny.Write().Folder, "notes.txt");
        File.WriteAllText(notes, "mine");

        var thrown = Assert.Throws<BundleException>(() => tiny.Write());

        Assert.Contains("notes.txt", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(notes));
        Assert.Empty(ModelBundle.Open(tiny["tiny"]).Verify(Stop));
    }

    [Fact]
    public void A_failed_write_leaves_the_older_bundle_and_no_half_of_a_new_one()
    {
        string digest = tiny.Write().Digest;

        var thrown = Assert.Throws<BundleException>(() => tiny.Write(manifest: TinyBundle.Manifest with { DefaultCandidates = 0 }));
        Assert.Throws<BundleException>(() => tiny.Write("new", TinyBundle.Manifest with { Name = "" }));

        Assert.Contains("default_candidates", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(digest, ModelBundle.Open(tiny["tiny"]).Digest);
        Assert.Equal([tiny["tiny"]], Directory.EnumerateFileSystemEntries(tiny.Root));
    }

    [Fact]
    public void A_place_that_cannot_be_written_to_is_one_clear_line()
    {
        File.WriteAllText(tiny["file"], "a file");

        var thrown = Assert.Throws<BundleException>(() => tiny.Write("file/below"));

        Assert.Contains("cannot be written", thrown.Message, StringComparison.Ordinal);
    }

    public void Dispose() => tiny.Dispose();
}
