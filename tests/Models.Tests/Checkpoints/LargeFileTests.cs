using ClipGen.Models.Checkpoints;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>What only large files meet, without needing one of many gigabytes.</summary>
public sealed class LargeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Sizes_and_offsets_of_64_bits_are_read()
    {
        var pickle = new PickleBytes().Op('}').Text("w").Tensor("0", 2, 0, [2], [1], "ByteStorage").Op('s').Stop();
        using var state = Checkpoint.LoadStateDict(folder.Write("wide.pt", WideZip.Of(("made/data.pkl", pickle), ("made/data/0", [3, 4]))));
        Assert.Equal(new byte[] { 3, 4 }, state["w"].data<byte>().ToArray());
    }

    [Fact]
    public void A_large_tensor_is_written_and_where_misaligned_copied_in_parts()
    {
        const int count = 35_000_000;
        using var wide = arange(count, ScalarType.Int32);
        using var numbers = wide.to(ScalarType.Int16);
        var aligned = folder.File("aligned.safetensors");
        SafetensorsWriter.Write(aligned, [new("x", numbers)]);
        using (var state = Checkpoint.LoadStateDict(aligned)) TensorAssert.Same(numbers, state["x"], "aligned");

        var header = $$$"""{"x":{"dtype":"I16","shape":[{{{count}}}],"data_offsets":[0,{{{2 * count}}}]}}""";
        if (header.Length % 2 == 0) header += " ";
        var file = TorchFiles.Safetensors(header, 2 * count);
        numbers.bytes.CopyTo(file.AsSpan(8 + header.Length));
        using (var state = Checkpoint.LoadStateDict(folder.Write("odd.safetensors", file))) TensorAssert.Same(numbers, state["x"], "misaligned");
    }
}
