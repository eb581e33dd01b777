namespace ClipGen.Training.Tests.Runs;

/// <summary>Trainings seed torch's random numbers, which the whole process shares, so nothing else may draw from them meanwhile.</summary>
[CollectionDefinition(nameof(TorchRandomness), DisableParallelization = true)]
public sealed class TorchRandomness;
