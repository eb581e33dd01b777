using ClipGen.Training.Runs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Runs;

/// <summary>Whatever a killed process leaves behind, the last complete state is found.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-snapshot-").FullName;

    [Fact]
    public void An_empty_folder_means_step_0() => Assert.Equal(0, Load().Step);

    [Fact]
    public void Restores_what_was_saved_last()
    {
        Save(3, 0.5f);
        Save(4, 0.25f);

        Assert.Equal((4, 0.25f), Load());
        Assert.Equal(["latest"], Directory.GetDirectories(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Ignores_a_damaged_next_state()
    {
        Save(3, 0.5f);
        string next = Directory.CreateDirectory(Path.Combine(_folder, "next")).FullName;
        File.WriteAllBytes(Path.Combine(next, "network.bin"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(next, "step"), "99");

        Assert.Equal((3, 0.5f), Load());

        Save(4, 0.25f);
        Assert.Equal((4, 0.25f), Load());
    }

    [Fact]
    public void A_process_killed_between_the_two_moves_leaves_the_previous_state()
    {
        Save(3, 0.5f);
        Directory.Move(Path.Combine(_folder, "latest"), Path.Combine(_folder, "previous"));

        Assert.Equal((3, 0.5f), Load());

        Save(4, 0.25f);
        Assert.Equal((4, 0.25f), Load());
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Save(long step, float weight)
    {
        using var network = CreateNetwork(weight);
        using var optimizer = optim.Adam(network.parameters());
        new Snapshot(_folder).Save(step, network, [optimizer]);
    }

    private (long Step, float Weight) Load()
    {
        using var network = CreateNetwork(0);
        using var optimizer = optim.Adam(network.parameters());
        long step = new Snapshot(_folder).Load(network, [optimizer]);
        return (step, network.weight[0, 0].item<float>());
    }

    private static Linear CreateNetwork(float weight)
    {
        var network = nn.Linear(1, 1);
        using (no_grad()) network.weight.fill_(weight);
        return network;
    }
}
