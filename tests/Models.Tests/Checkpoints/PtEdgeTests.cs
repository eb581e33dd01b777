using System.Text;
using ClipGen.Models.Checkpoints;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>One dict with every awkward case, in the zip and in the older format.</summary>
public class PtEdgeTests
{
    [Theory]
    [InlineData("pt_edge.pt")]
    [InlineData("pt_edge_legacy.pt")]
    public void Tensors_of_every_dtype_and_layout_equal_their_contiguous_copies(string file)
    {
        using var expected = Checkpoint.LoadStateDict(Repository.Reference("pt_edge.safetensors"));
        using var actual = Checkpoint.LoadStateDict(Repository.Reference(file));
        TensorAssert.Same(expected, actual);
    }

    [Theory]
    [InlineData("pt_edge.pt")]
    [InlineData("pt_edge_legacy.pt")]
    public void Strides_are_kept_and_names_come_in_the_order_of_the_file(string file)
    {
        using var state = Checkpoint.LoadStateDict(Repository.Reference(file));
        Assert.Equal(["transposed", "slice_offset", "strided", "expanded", "scalar", "empty", "parameter"], state.Keys.Take(7));
        Assert.Equal([1, 6], state["transposed"].stride());
        Assert.Equal([1, 0], state["expanded"].stride());
    }

    [Theory]
    [InlineData("pt_edge.pt")]
    [InlineData("pt_edge_legacy.pt")]
    public void Plain_values_read_as_Python_wrote_them(string file)
    {
        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference(file));
        var root = Assert.IsType<PickledDict>(checkpoint.Root);
        Assert.Equal(7L, root["epoch"]);
        Assert.Equal(1L << 40, root["big"]);
        Assert.Equal(-5L, root["neg"]);
        Assert.Equal(double.PositiveInfinity, root["val_loss"]);
        Assert.Equal(0.1, root["lr"]);
        Assert.Equal(true, root["flag"]);
        Assert.Null(root["none"]);
        Assert.Equal("café 雪", root["name"]);
        Assert.Equal(Encoding.Latin1.GetBytes("\u0000ÿ"), root["bytes"]);
        Assert.Equal([2.5, "a"], Assert.IsType<List<object?>>(Assert.IsType<List<object?>>(root["list"])[1]));
        Assert.Equal([1L, 2L, 3L, 4L, 5L], Assert.IsType<PickledTuple>(root["tuple"]));
        Assert.Equal([2L, 3L], Assert.IsType<PickledTuple>(root["size"]));
        Assert.Empty(Assert.IsType<List<object?>>(root["empty_list"]));
        Assert.Empty(Assert.IsType<PickledDict>(root["empty_dict"]));
        Assert.Equal(ScalarType.Float16, root["dtype"]);
        Assert.Equal("cpu", root["device"]);
    }

    [Theory]
    [InlineData("pt_edge.pt")]
    [InlineData("pt_edge_legacy.pt")]
    public void A_dictionary_takes_whole_numbers_as_keys_and_a_tensor_can_appear_twice(string file)
    {
        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference(file));
        var root = Assert.IsType<PickledDict>(checkpoint.Root);
        var dict = Assert.IsType<PickledDict>(root["dict"]);
        Assert.Equal("int key", dict[1]);
        Assert.Same(Assert.IsType<PickledDict>(root["model"])["scalar"], dict["t"]);
    }

    [Fact]
    public void Opened_tensors_outlive_their_checkpoint_and_writing_to_them_leaves_the_file_alone()
    {
        var path = Repository.Reference("pt_edge.pt");
        var before = File.ReadAllBytes(path);
        StateDict state;
        using (var checkpoint = PyTorchCheckpoint.Load(path)) state = checkpoint.ToStateDict();
        using (state)
        {
            state["slice_offset"].fill_(3);
            using var sum = state["slice_offset"].sum();
            Assert.Equal(36f, sum.item<float>());
        }
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_state_dict_keeps_its_tensors_when_a_dispose_scope_ends()
    {
        StateDict state;
        using (NewDisposeScope()) state = Checkpoint.LoadStateDict(Repository.Reference("pt_edge.pt"));
        using (state) Assert.All(state.Values, tensor => Assert.False(tensor.IsInvalid));
    }
}
