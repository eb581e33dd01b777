using System.Diagnostics;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Storage;

public sealed class FileImageStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _bytes = [1, 2, 3];

    public void Dispose() => _folder.Dispose();

    private static FileImageStore CreateSut(string root, TimeProvider? time = null) => new(Options.Create(new FileImageStoreOptions { RootFolder = root }), time);

    [Fact]
    public async Task Writes_and_reads_back_in_a_folder_it_makes()
    {
        var sut = CreateSut(_folder["deep/er"]);
        string location = await sut.WriteAsync("cat-00.png", _bytes, Sut.Token);

        Assert.Equal(_folder["deep/er/cat-00.png"], location);
        Assert.Equal(location, sut.LocationOf("cat-00.png"));
        Assert.Equal(_bytes, await sut.ReadAsync("cat-00.png", Sut.Token));
        Assert.Null(await sut.ReadAsync("dog-00.png", Sut.Token));
        Assert.Single(Directory.GetFileSystemEntries(_folder["deep/er"]));
    }

    [Fact]
    public async Task The_same_bytes_again_are_fine_and_other_bytes_are_not()
    {
        var sut = CreateSut(_folder.Path);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);

        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", new byte[] { 9 }, Sut.Token));

        Assert.Equal($"'{_folder["a.png"]}' exists with other content and was left as it is; move it away or choose another folder.", error.Message);
        Assert.Equal(_bytes, await sut.ReadAsync("a.png", Sut.Token));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Many_writers_of_one_name_agree()
    {
        var sut = CreateSut(_folder.Path);
        byte[] big = new byte[100_000];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => sut.WriteAsync("a.png", big, Sut.Token), Sut.Token)));
        Assert.Equal(big, await sut.ReadAsync("a.png", Sut.Token));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("..")]
    [InlineData("../a.png")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b.png")]
    [InlineData("a\\b.png")]
    [InlineData(".hidden")]
    [InlineData("a\0.png")]
    [InlineData("a\n.png")]
    [InlineData("C:a.png")]
    public async Task A_name_that_is_no_plain_file_name_is_refused(string name)
    {
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(_folder.Path).WriteAsync(name, _bytes, Sut.Token));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_name_that_is_too_long_for_a_file_is_refused()
    {
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(_folder.Path).WriteAsync(new string('ж', 128), _bytes, Sut.Token));
        Assert.Contains("longer than 255 bytes", error.Message);
    }

    [Fact]
    public async Task A_file_where_the_folder_should_be_is_named()
    {
        await File.WriteAllTextAsync(_folder["file"], "", Sut.Token);
        foreach (string root in new[] { _folder["file"], _folder["file/images"] })
        {
            var sut = CreateSut(root);
            foreach (var attempt in new Func<Task>[] { () => sut.EnsureWritableAsync(Sut.Token), () => sut.WriteAsync("a.png", _bytes, Sut.Token) })
            {
                var error = await Assert.ThrowsAsync<ImageStoreException>(attempt);
                Assert.Contains($"'{_folder["file"]}' is a file, not a folder; move it away or choose another folder.", error.Message);
            }
        }
    }

    [Fact]
    public async Task A_folder_where_the_image_should_be_is_left_as_it_is()
    {
        Directory.CreateDirectory(_folder["a.png"]);
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(_folder.Path).WriteAsync("a.png", _bytes, Sut.Token));
        Assert.Contains(_folder["a.png"], error.Message);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        Parts.Require(Directory.Exists("/proc/self"), "/proc, a folder in which not even root makes folders");
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut("/proc/clipgen").EnsureWritableAsync(Sut.Token));
        Assert.Contains("Cannot write '/proc/clipgen': its folder cannot be made there; choose another folder.", error.Message);
    }

    [Fact]
    public async Task Seeing_whether_it_can_write_leaves_nothing()
    {
        await CreateSut(_folder["images"]).EnsureWritableAsync(Sut.Token);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["images"]));
    }

    [Fact]
    public async Task Seeing_whether_it_can_write_is_not_done_anew_within_a_second_of_a_write_unless_one_failed()
    {
        var time = new ManualClock();
        var sut = CreateSut(_folder["images"], time);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);
        Directory.Delete(_folder["images"], recursive: true);
        await File.WriteAllTextAsync(_folder["images"], "", Sut.Token);

        time.Advance(TimeSpan.FromSeconds(0.9));
        await sut.EnsureWritableAsync(Sut.Token);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await Assert.ThrowsAsync<ImageStoreException>(() => sut.EnsureWritableAsync(Sut.Token));

        File.Delete(_folder["images"]);
        await sut.EnsureWritableAsync(Sut.Token);
        Directory.Delete(_folder["images"]);
        await File.WriteAllTextAsync(_folder["images"], "", Sut.Token);
        await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", _bytes, Sut.Token));
        await Assert.ThrowsAsync<ImageStoreException>(() => sut.EnsureWritableAsync(Sut.Token));
    }

    [Fact]
    public async Task A_full_disk_is_said_to_be_full_and_keeps_no_temporary_file()
    {
        string disk = _folder["disk"];
        Directory.CreateDirectory(disk);
        Parts.Require(await Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk), "The right to mount a small file system");
        try
        {
            var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(disk).WriteAsync("a.png", new byte[1_000_000], Sut.Token));
            Assert.Equal($"Cannot write '{Path.Combine(disk, "a.png")}': the disk is full; free some space or choose another folder.", error.Message);
            Assert.Empty(Directory.GetFileSystemEntries(disk));
        }
        finally
        {
            await Run("umount", disk);
        }
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CreateSut(_folder.Path).WriteAsync("a.png", _bytes, new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
