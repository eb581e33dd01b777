using ClipGen.Models.Checkpoints;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>What train_gpt.py saves around its model.</summary>
public class TrainingCheckpointTests
{
    [Fact]
    public void The_loss_before_any_validation_is_infinite()
    {
        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference("gpt_micro.pt"));
        Assert.Equal(double.PositiveInfinity, Assert.IsType<PickledDict>(checkpoint.Root)["val_loss"]);
    }

    [Fact]
    public void The_optimizer_state_has_a_step_and_two_moments_for_each_parameter()
    {
        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference("gpt_micro_step1.pt"));
        var root = Assert.IsType<PickledDict>(checkpoint.Root);
        var state = Assert.IsType<PickledDict>(Assert.IsType<PickledDict>(root["optimizer"])["state"]);
        Assert.Equal(Enumerable.Range(0, 32).Select(index => (object)(long)index), state.Keys);
        foreach (var parameter in state.Values.Cast<PickledDict>())
        {
            var average = Assert.IsType<PickledTensor>(parameter["exp_avg"]);
            Assert.Equal(average.Shape, Assert.IsType<PickledTensor>(parameter["exp_avg_sq"]).Shape);
            using var step = Assert.IsType<PickledTensor>(parameter["step"]).Open();
            using var values = average.Open();
            Assert.Equal(1f, step.item<float>());
            Assert.Equal(average.Shape, values.shape);
        }
    }

    [Fact]
    public void The_parameter_groups_are_plain_values()
    {
        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference("gpt_micro_step1.pt"));
        var root = Assert.IsType<PickledDict>(checkpoint.Root);
        var groups = Assert.IsType<List<object?>>(Assert.IsType<PickledDict>(root["optimizer"])["param_groups"]).Cast<PickledDict>().ToArray();
        Assert.Equal([0.01, 0.0], groups.Select(group => group["weight_decay"]));
        Assert.Equal([0.9, 0.95], Assert.IsType<PickledTuple>(groups[1]["betas"]));
        Assert.Equal([10L, 22L], groups.Select(group => (long)Assert.IsType<List<object?>>(group["params"]).Count));
        Assert.Equal((1L, 4.25, 0L), (root["epoch"], root["val_loss"], root["step"]));
    }
}
