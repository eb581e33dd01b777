using System.Globalization;
using static TorchSharp.torch;

namespace ClipGen.Training.Runs;

/// <summary>
/// A training's state on disk: network, optimisers and step, in one folder that is replaced as a whole, so that a process
/// killed at any moment leaves either the old or the new one.
/// </summary>
public sealed class Snapshot(string folder)
{
    private string Latest => Path.Combine(folder, "latest");

    private string Previous => Path.Combine(folder, "previous");

    public void Save(long step, nn.Module network, IReadOnlyList<optim.Optimizer> optimizers)
    {
        string next = Path.Combine(folder, "next");
        if (Directory.Exists(next)) Directory.Delete(next, recursive: true);
        Directory.CreateDirectory(next);
        network.save(Path.Combine(next, "network.bin"));
        for (int i = 0; i < optimizers.Count; i++) ((TorchSharp.Modules.OptimizerHelper)optimizers[i]).save_state_dict(Path.Combine(next, $"optimizer{i}.bin"));
        File.WriteAllText(Path.Combine(next, "step"), step.ToString(CultureInfo.InvariantCulture));
        if (Directory.Exists(Previous)) Directory.Delete(Previous, recursive: true);
        if (Directory.Exists(Latest)) Directory.Move(Latest, Previous);
        Directory.Move(next, Latest);
        if (Directory.Exists(Previous)) Directory.Delete(Previous, recursive: true);
    }

    /// <summary>Restores the latest state into the given objects; the step to go on from, or 0 where there is none.</summary>
    public long Load(nn.Module network, IReadOnlyList<optim.Optimizer> optimizers)
    {
        string? from = new[] { Latest, Previous }.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, "step")));
        if (from is null) return 0;
        network.load(Path.Combine(from, "network.bin"));
        for (int i = 0; i < optimizers.Count; i++) ((TorchSharp.Modules.OptimizerHelper)optimizers[i]).load_state_dict(Path.Combine(from, $"optimizer{i}.bin"));
        return long.Parse(File.ReadAllText(Path.Combine(from, "step")), CultureInfo.InvariantCulture);
    }
}
