using ClipGen.Models.Checkpoints;

namespace ClipGen.Models.Tests.Checkpoints;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "header")] // not closed
    [InlineData("""{"a":[]}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "header")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "header")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "header")]
    [InlineData("""{"__metadata__":{"x":null},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "metadata 'x'")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "no dtype")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "F8_E4M3")]
    [InlineData("""{"a":{"dtype":"U16","shape":[4],"data_offsets":[0,8]}}""", "U16")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "more elements")]
    [InlineData("""{"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "8 bytes of data are there")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "but the file at")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "leave gaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "overlap")]
    [InlineData("""{}""", "but the file at")]
    public void A_header_that_does_not_fit_is_refused(string header, string reason) => Refused(reason, TorchFiles.Safetensors(header, 8));

    [Fact]
    public void The_same_frame_with_a_right_header_is_read()
    {
        var path = folder.Write("good.safetensors", TorchFiles.Safetensors("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  """, 8));
        using var state = Checkpoint.LoadStateDict(path);
        Assert.Equal([0f, 0f], state["a"].data<float>());
    }

    [Theory]
    [InlineData(100_000_001, "at most 100000000")]
    [InlineData(-1, "at most 100000000")]
    [InlineData(1_000_000, "damaged or incomplete")]
    [InlineData(1, "header")]
    public void A_wrong_header_length_is_refused(long length, string reason) => Refused(reason, TorchFiles.Safetensors(length, "{}  ", 8));

    [Fact]
    public void Deeply_nested_JSON_is_refused() => Refused("header", TorchFiles.Safetensors("{\"a\":" + new string('[', 1_000_000), 8));

    private void Refused(string reason, byte[] file)
    {
        var path = folder.Write("hostile.safetensors", file);
        var error = Assert.Throws<CheckpointException>(() => Checkpoint.LoadStateDict(path).Dispose());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
