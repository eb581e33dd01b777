namespace ClipGen;

/// <summary>How a code is drawn from the sampler's distribution. Valid whenever it was made by <see cref="GenerationRequest.Create"/>.</summary>
/// <param name="TopK">Codes kept before drawing, 1 to the codebook's size; ties with the k-th stay in.</param>
/// <param name="TopP">Nucleus: the smallest set of codes whose probability passes this, 0 to 1; 1 keeps all, 0 is greedy.</param>
/// <param name="Temperature">Divides the logits; 0 means greedy (always the most probable code).</param>
[GenerateSerializer, Immutable, Alias("clipgen.SamplingParameters")]
public sealed record SamplingParameters(
    [property: Id(0)] int TopK,
    [property: Id(1)] double TopP,
    [property: Id(2)] double Temperature);
