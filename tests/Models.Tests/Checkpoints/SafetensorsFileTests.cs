using ClipGen.Models.Checkpoints;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Entries_tell_names_dtypes_and_shapes_before_anything_is_loaded()
    {
        using var file = SafetensorsFile.Open(Repository.Reference("pt_edge.safetensors"));
        Assert.Equal("the tensors of pt_edge.pt['model'], contiguous", file.Metadata["note"]);
        var entry = Assert.Single(file.Entries, entry => entry.Name == "slice_offset");
        Assert.Equal(ScalarType.Float32, entry.DType);
        Assert.Equal([3L, 4L], entry.Shape);
    }

    [Fact]
    public void A_misaligned_tensor_is_copied()
    {
        var path = folder.Write("odd.safetensors", TorchFiles.Safetensors("""{"a":{"dtype":"I64","shape":[2],"data_offsets":[1,17]},"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}""", 17));
        var bytes = File.ReadAllBytes(path);
        bytes[^8] = 5;
        File.WriteAllBytes(path, bytes);
        using var state = Checkpoint.LoadStateDict(path);
        Assert.Equal([0L, 5L], state["a"].data<long>());
        Assert.False(state["b"].item<bool>());
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        using var file = SafetensorsFile.Open(Repository.Reference("pt_edge.safetensors"));
        Assert.Contains("no tensor 'nothing'", Assert.Throws<CheckpointException>(() => file.Load("nothing")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_cannot_be_loaded_after_the_file_is_closed()
    {
        var file = SafetensorsFile.Open(Repository.Reference("pt_edge.safetensors"));
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Load("f64"));
    }
}
