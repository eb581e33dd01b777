namespace ClipGen.Models.Tests.Layers;

/// <summary>Here torch's random numbers are seeded, which the whole process shares: nothing else may draw from them meanwhile.</summary>
[CollectionDefinition(nameof(TorchRandomness), DisableParallelization = true)]
public sealed class TorchRandomness;
