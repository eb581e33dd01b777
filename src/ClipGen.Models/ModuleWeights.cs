using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models;

/// <summary>Moves weights between networks and checkpoints, by key.</summary>
public static class ModuleWeights
{
    private const int NamedKeys = 5;

    /// <summary>Buffers that follow from the sizes or matter to training alone; other tools leave them out.</summary>
    private static readonly string[] Dispensable = [".mask", "num_batches_tracked"];

    /// <summary>Copies every parameter and persistent buffer from a checkpoint, converting to the network's dtype and device.</summary>
    /// <param name="what">Names the network in the error, for example <c>GPT</c>.</param>
    /// <param name="ignoredSuffixes">Keys that end in one of these may be missing, and may be there without a place in the network.</param>
    /// <exception cref="ModelLoadException">Keys are missing or unknown, or shapes differ. Nothing was copied.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> weights, string what, params IReadOnlyList<string> ignoredSuffixes)
    {
        bool Ignored(string key) => ignoredSuffixes.Any(suffix => key.EndsWith(suffix, StringComparison.Ordinal));
        List<string> missing = [], misfits = [];
        List<(Tensor Target, Tensor Source)> copies = [];
        var unexpected = new HashSet<string>(weights.Keys.Where(key => !Ignored(key)), StringComparer.Ordinal);
        foreach (var (name, target) in Export(module))
        {
            unexpected.Remove(name);
            if (!weights.TryGetValue(name, out var source))
            {
                if (!Ignored(name) && !Dispensable.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))) missing.Add(name);
            }
            else if (!source.shape.AsSpan().SequenceEqual(target.shape) || source.is_floating_point() != target.is_floating_point())
            {
                misfits.Add($"{name} is {Describe(source)} and should be {Describe(target)}");
            }
            else
            {
                copies.Add((target, source));
            }
        }

        string[] problems = [.. Problem("missing", missing), .. Problem("unexpected", [.. unexpected.Order(StringComparer.Ordinal)]), .. Problem("of another shape or type", misfits)];
        if (problems.Length > 0) throw new ModelLoadException($"The weights do not fit {what}: {string.Join("; ", problems)}.");

        using var _ = no_grad();
        foreach (var (target, source) in copies) target.copy_(source);
    }

    /// <summary>
    /// Every parameter and persistent buffer with its key, in the order of PyTorch's <c>state_dict</c>: a module's own parameters,
    /// its buffers, then its children. The tensors are the network's own, not copies.
    /// </summary>
    public static IReadOnlyList<(string Name, Tensor Value)> Export(nn.Module module)
    {
        var persistent = module.state_dict().Keys.ToHashSet(StringComparer.Ordinal);
        var entries = new List<(string Name, Tensor Value)>(persistent.Count);
        void Walk(nn.Module parent, string prefix)
        {
            foreach (var (name, parameter) in parent.named_parameters(recurse: false)) entries.Add((prefix + name, parameter));
            foreach (var (name, buffer) in parent.named_buffers(recurse: false)) entries.Add((prefix + name, buffer));
            foreach (var (name, child) in parent.named_children()) Walk(child, $"{prefix}{name}.");
        }
        Walk(module, "");
        return [.. entries.Where(entry => persistent.Contains(entry.Name))];
    }

    private static IEnumerable<string> Problem(string kind, List<string> keys)
    {
        if (keys.Count == 0) return [];
        string more = keys.Count > NamedKeys ? $" and {keys.Count - NamedKeys} more" : "";
        return [$"{keys.Count} {kind} ({string.Join(", ", keys.Take(NamedKeys))}{more})"];
    }

    private static string Describe(Tensor tensor) => $"{tensor.dtype}[{string.Join(", ", tensor.shape)}]";
}
