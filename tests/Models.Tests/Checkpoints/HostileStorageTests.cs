using System.IO.Compression;
using ClipGen.Models.Checkpoints;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>Tensors that do not fit their storages, and containers that do not hold what they say.</summary>
public sealed class HostileStorageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<long, long[], long[], string> BadViews => new()
    {
        { 0, [5], [1], "reaches outside" },
        { 1, [4], [1], "reaches outside" },
        { 5, [0], [1], "reaches outside" },
        { -1, [1], [1], "reaches outside" },
        { 4, [], [], "reaches outside" },
        { 0, [2, 2], [3, 1], "reaches outside" },
        { long.MaxValue, [2], [1], "reaches outside" },
        { 1, [2], [long.MaxValue], "reaches outside" },
        { 0, [3, 3], [1L << 62, 1L << 62], "reaches outside" },
        { 0, [-1], [1], "negative" },
        { 0, [2], [-1], "negative" },
        { 0, [2, 2], [1], "differ in length" },
        { 0, [1L << 40, 1L << 40], [0, 0], "more elements" },
        { 0, [0, 1L << 62, 1L << 62], [1, 1, 1], "more elements" },
        { 0, [1L << 40], [0], "out of proportion" },
        { 0, [.. Enumerable.Repeat(1L, 65)], [.. Enumerable.Repeat(1L, 65)], "65 dimensions" },
    };

    [Theory]
    [MemberData(nameof(BadViews))]
    public void A_view_outside_its_storage_is_refused(long offset, long[] shape, long[] strides, string reason)
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 4, offset, shape, strides).Op('s').Stop();
        Refused(reason, TorchFiles.Zip(pickle, ("0", new byte[16])));
        Refused(reason, TorchFiles.Legacy(pickle, storages: ("0", 4, new byte[16])));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    public void A_view_of_the_whole_storage_reads_stored_or_deflated(CompressionLevel compression)
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 4, 1, [3], [1]).Op('s').Stop();
        float[] values = [1, 2, 3, 4];
        var data = new byte[16];
        Buffer.BlockCopy(values, 0, data, 0, 16);
        using var state = Checkpoint.LoadStateDict(folder.Write("good.pt", TorchFiles.Zip(pickle, compression, ("0", data))));
        Assert.Equal([2f, 3f, 4f], state["w"].data<float>());
    }

    [Fact]
    public void Storages_of_another_size_than_the_pickle_says_are_refused()
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 1L << 40, 0, [1], [1]).Op('s').Stop();
        Refused("instead of 4398046511104", TorchFiles.Zip(pickle, ("0", new byte[16])));
        Refused("instead of 1099511627776", TorchFiles.Legacy(pickle, storages: ("0", 4, new byte[16])));
        Refused("incomplete", TorchFiles.Legacy(pickle, storages: ("0", 1L << 40, new byte[16])));
    }

    [Fact]
    public void A_missing_storage_is_named()
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("7", 4, 0, [4], [1]).Op('s').Stop();
        Refused("storage '7'", TorchFiles.Zip(pickle));
        Refused("storage '7'", TorchFiles.Legacy(pickle));
    }

    [Fact]
    public void A_storage_cannot_change_its_type()
    {
        var pickle = new PickleBytes().Op("}(").Text("a").Tensor("0", 4, 0, [4], [1]).Text("b").Tensor("0", 2, 0, [2], [1], "LongStorage").Op('u').Stop();
        Refused("once", TorchFiles.Zip(pickle, ("0", new byte[16])));
    }

    [Fact]
    public void The_same_view_over_and_over_is_counted()
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 1 << 20, 0, [1 << 20], [1]).Op("sq\u00040")
            .Global("torch._utils", "_rebuild_tensor_v2").Op("q\00(").Storage("0", 1 << 20).Number(0).Tuple(1 << 20).Tuple(1).Raw(0x89).Op("}tq\u00010")
            .Repeat(40, "h\0h\u0001R0").Op("h\u0004").Stop();
        Refused("the bytes of all tensors", TorchFiles.Zip(pickle, ("0", new byte[4 << 20])));
    }

    [Fact]
    public void A_zip_bomb_is_refused()
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 64 << 20, 0, [1], [1], "ByteStorage").Op('s').Stop();
        Refused("decompressed", TorchFiles.Zip(pickle, CompressionLevel.SmallestSize, ("0", new byte[64 << 20])));
    }

    [Fact]
    public void Big_endian_files_are_refused()
    {
        var pickle = new PickleBytes().Op('}').Stop();
        Refused("byte order is 'big'", TorchFiles.Archive(CompressionLevel.NoCompression, ("made/data.pkl", pickle), ("made/byteorder", "big"u8.ToArray())));
        Refused("big-endian", TorchFiles.Legacy(pickle, littleEndian: false));
    }

    [Fact]
    public void Other_files_are_told_apart()
    {
        Refused("no data.pkl", TorchFiles.Archive(CompressionLevel.NoCompression, ("readme.txt", [1])));
        Refused("neither a safetensors nor a PyTorch file", "GGUF and more"u8.ToArray());
        Refused("neither a safetensors nor a PyTorch file", []);
        Refused("magic number", new PickleBytes().Op('}').Stop());
        Refused("instead of a state dict", TorchFiles.Zip(new PickleBytes().Op(']').Stop()));
        Refused("'epoch' is a whole number", TorchFiles.Zip(new PickleBytes().Op('}').Text("epoch").Number(3).Op('s').Stop()));
        var missing = Assert.Throws<CheckpointException>(() => Checkpoint.LoadStateDict(folder.File("missing.pt")));
        Assert.EndsWith("there is no such file", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_tensors_of_a_module_cannot_end_up_under_one_name()
    {
        var pickle = new PickleBytes().Global("__torch__", "M").Op(')').Raw(0x81).Op("}(").Text("a.b").Tensor("0", 1, 0, [], [])
            .Text("a").Global("__torch__", "N").Op(')').Raw(0x81).Op('}').Text("b").Tensor("0", 1, 0, [], []).Op("sbub").Stop();
        Refused("'a.b'", TorchFiles.Zip(pickle, ("0", new byte[4])));
    }

    private void Refused(string reason, byte[] file)
    {
        var path = folder.Write("hostile.pt", file);
        var error = Assert.Throws<CheckpointException>(() => Checkpoint.LoadStateDict(path).Dispose());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
