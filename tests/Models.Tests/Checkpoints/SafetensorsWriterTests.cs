using System.Buffers.Binary;
using ClipGen.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_dtype_and_layout_survives_a_round_trip_in_the_given_order()
    {
        var path = folder.File("copy.safetensors");
        using var expected = Checkpoint.LoadStateDict(Repository.Reference("pt_edge.pt"));
        SafetensorsWriter.Write(path, expected);
        using var actual = Checkpoint.LoadStateDict(path);
        Assert.Equal(expected.Keys, actual.Keys);
        TensorAssert.Same(expected, actual);
    }

    [Fact]
    public void Metadata_and_unusual_names_survive_a_round_trip()
    {
        var path = folder.File("named.safetensors");
        using var tensor = ones(2);
        SafetensorsWriter.Write(path, [new("snow \"雪\"\n", tensor)], new Dictionary<string, string> { ["licence"] = "MIT", ["café"] = "" });
        using var file = SafetensorsFile.Open(path);
        using var loaded = file.Load("snow \"雪\"\n");
        TensorAssert.Same(tensor, loaded, "named");
        Assert.Equal(new Dictionary<string, string> { ["licence"] = "MIT", ["café"] = "" }, file.Metadata);
        Assert.Equal([2L], Assert.Single(file.Entries).Shape);
    }

    [Fact]
    public void Data_begins_at_a_multiple_of_64_and_a_file_without_tensors_is_valid()
    {
        var path = folder.File("empty.safetensors");
        SafetensorsWriter.Write(path, []);
        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path))) % 64);
        using var state = Checkpoint.LoadStateDict(path);
        Assert.Empty(state);
    }

    [Fact]
    public void A_tensor_can_be_written_over_the_file_that_it_is_mapped_from()
    {
        var path = folder.File("self.safetensors");
        using (var numbers = arange(1000, ScalarType.Float32)) SafetensorsWriter.Write(path, [new("x", numbers)]);
        using var mapped = Checkpoint.LoadStateDict(path);
        SafetensorsWriter.Write(path, [new("y", mapped["x"]), new("x", mapped["x"])]);
        using var again = Checkpoint.LoadStateDict(path);
        TensorAssert.Same(mapped["x"], again["y"], "y");
        TensorAssert.Same(mapped["x"], again["x"], "x");
    }

    [Fact]
    public void A_parameter_that_requires_gradients_can_be_written()
    {
        var path = folder.File("parameter.safetensors");
        using var parameter = ones([3], requires_grad: true);
        SafetensorsWriter.Write(path, [new("w", parameter)]);
        using var state = Checkpoint.LoadStateDict(path);
        Assert.Equal([1f, 1f, 1f], state["w"].data<float>());
        Assert.False(state["w"].requires_grad);
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_old_file_and_nothing_else()
    {
        var path = folder.File("kept.safetensors");
        using var good = ones(2);
        using var complex = zeros(2, ScalarType.ComplexFloat32);
        SafetensorsWriter.Write(path, [new("x", good)]);
        var before = File.ReadAllBytes(path);

        Assert.Contains("ComplexFloat32", Refused(path, ("z", complex)), StringComparison.Ordinal);
        Assert.Contains("'x'", Refused(path, ("x", good), ("x", good)), StringComparison.Ordinal);
        Assert.Contains("__metadata__", Refused(path, ("__metadata__", good)), StringComparison.Ordinal);
        Refused(folder.File("missing/folder/file.safetensors"), ("x", good));
        Assert.Throws<InvalidOperationException>(() => SafetensorsWriter.Write(path, [new("x", good)], new Throwing()));

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    private static string Refused(string path, params (string Name, Tensor Tensor)[] tensors) =>
        Assert.Throws<CheckpointException>(() => SafetensorsWriter.Write(path, tensors.Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Tensor)))).Message;

    /// <summary>Metadata that fails while the file is being written.</summary>
    private sealed class Throwing : Dictionary<string, string>, IReadOnlyDictionary<string, string>
    {
        int IReadOnlyCollection<KeyValuePair<string, string>>.Count => 1;

        IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => throw new InvalidOperationException("as arranged");
    }
}
