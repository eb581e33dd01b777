namespace ClipGen.Training.Runs;

/// <summary>How far a training is.</summary>
/// <param name="Stage"><c>clip</c>, <c>vqgan</c>, <c>codes</c> (preparing GPT's data) or <c>gpt</c>.</param>
/// <param name="Losses">Means over the latest steps, by name.</param>
/// <param name="Remaining">Estimate from the latest steps; null at the start.</param>
public sealed record TrainingProgress(string Stage, long Step, long Steps, IReadOnlyDictionary<string, double> Losses, TimeSpan? Remaining);
