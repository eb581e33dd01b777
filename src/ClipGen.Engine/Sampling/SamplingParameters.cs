namespace ClipGen.Engine.Sampling;

/// <summary>How a code is drawn.</summary>
/// <param name="TopK">Codes kept, at least 1; ties with the k-th stay in.</param>
/// <param name="TopP">Nucleus, 0 (greedy) to 1 (all).</param>
/// <param name="Temperature">Divides the logits; 0 is greedy.</param>
public sealed record SamplingParameters(int TopK, double TopP, double Temperature);
