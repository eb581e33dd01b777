using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGen.Training.Optimization;

/// <summary>Which parameters decay (the original's configure_optimizer).</summary>
public static class ParameterGroups
{
    /// <summary>
    /// Weights of linear and attention layers decay; biases, norms, embeddings and position tables do not. Each group is in
    /// ordinal order of the names, which is the order of optimiser state in the original's checkpoints.
    /// </summary>
    public static (IReadOnlyList<string> Decayed, IReadOnlyList<string> Plain) Names(nn.Module network)
    {
        var norms = network.named_modules().Where(m => m.module is LayerNorm or Embedding or GroupNorm or BatchNorm2d).Select(m => m.name + ".").ToArray();
        bool Decays(string name) =>
            name.EndsWith("weight", StringComparison.Ordinal) && !norms.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        var names = network.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal).ToArray();
        return ([.. names.Where(Decays)], [.. names.Where(name => !Decays(name))]);
    }

    /// <summary>AdamW over both groups (Loshchilov and Hutter 2019), decayed group first.</summary>
    /// <param name="trained">Names of the parameters that it changes; null for all.</param>
    public static AdamW CreateAdamW(nn.Module network, double rate, double decay = 0.01, double beta1 = 0.9, double beta2 = 0.95, Func<string, bool>? trained = null)
    {
        var byName = network.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var (decayed, plain) = Names(network);
        AdamW.ParamGroup Group(IReadOnlyList<string> names, double weightDecay) =>
            new(names.Where(trained ?? (_ => true)).Select(name => byName[name]), rate, beta1, beta2, weight_decay: weightDecay);
        return optim.AdamW([Group(decayed, decay), Group(plain, 0)], rate, beta1, beta2);
    }

    /// <summary>Sets the learning rate of every group.</summary>
    public static void SetRate(optim.Optimizer optimizer, double rate)
    {
        foreach (var group in optimizer.ParamGroups) group.LearningRate = rate;
    }
}
