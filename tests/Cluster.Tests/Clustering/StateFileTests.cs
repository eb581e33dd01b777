using System.Security.Cryptography;
using System.Text;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class StateFileTests : IDisposable
{
    private const int Slot = 4096;   // the smallest one's capacity

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["a.state"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_write_is_read_whatever_its_size()
    {
        Assert.Null(StateFile.Read(Path));
        foreach (int size in new[] { 0, 10, 3000, 2990, 0, Slot - 104, Slot - 103, 100_000, 7, 200_000, 100_000, 100_000 })
        {
            Write(size, $"{size}");
            Assert.Equal(Bytes(size), StateFile.Read(Path)!.State.ToArray());
            Assert.Equal(Etag($"{size}"), StateFile.Read(Path)!.Etag);
        }
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void What_is_written_again_stays_in_its_file()
    {
        for (int i = 0; i < 100; i++) Write(1000, $"{i}");
        Assert.Equal(Slot + 1104, new FileInfo(Path).Length);
        Assert.Equal(Etag("99"), StateFile.Read(Path)!.Etag);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_write_that_did_not_come_to_its_end_never_was(int writes)
    {
        for (int i = 1; i < writes; i++) Write(1000, $"{i}");
        byte[] before = File.ReadAllBytes(Path);
        Write(1000, $"{writes}", seed: 5);
        byte[] after = File.ReadAllBytes(Path);
        int at = writes % 2 == 0 ? Slot : 0;

        for (int written = 0; written < 1100; written++)
        {
            byte[] torn = [.. before];
            if (torn.Length < after.Length) torn = [.. torn, .. new byte[after.Length - torn.Length]];
            after.AsSpan(at, written).CopyTo(torn.AsSpan(at));
            // The disk has a few bytes of the end already.
            after.AsSpan(at + 1100, 4).CopyTo(torn.AsSpan(at + 1100));
            File.WriteAllBytes(Path, torn);
            Assert.Equal((written, Etag($"{writes - 1}")), (written, StateFile.Read(Path)!.Etag));
        }
        Write(1000, "next");
        Assert.Equal(Etag("next"), StateFile.Read(Path)!.Etag);
    }

    [Fact]
    public void Without_a_whole_slot_it_is_damaged()
    {
        Write(1000, "first");
        Write(1000, "second");
        using (var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, "?"u8, 500);
            RandomAccess.Write(file, "?"u8, Slot + 500);
        }
        Assert.Throws<StateStoreException>(() => StateFile.Read(Path));
    }

    [Fact]
    public void What_an_earlier_version_wrote_is_read_and_written_on()
    {
        File.WriteAllText(Path, $"clipgen-state 1 {Etag("old")}\nstate");
        var former = StateFile.Read(Path)!;
        Assert.Equal((Etag("old"), "state"), (former.Etag, Encoding.ASCII.GetString(former.State.Span)));

        for (int i = 0; i < 3; i++)
        {
            Write(100, $"{i}");
            Assert.Equal(Etag($"{i}"), StateFile.Read(Path)!.Etag);
        }
    }

    private void Write(int size, string etag, int seed = 1) => StateFile.Write(Path, StateFile.Read(Path), Etag(etag), Bytes(size, seed));

    private static string Etag(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32];

    private static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
