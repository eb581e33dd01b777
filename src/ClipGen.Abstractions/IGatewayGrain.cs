namespace ClipGen;

/// <summary>Admits and routes the requests for one model. Key: the model's name.</summary>
[Alias("clipgen.IGatewayGrain")]
public interface IGatewayGrain : IGrainWithStringKey
{
    /// <summary>What the cluster's devices have loaded under this name.</summary>
    /// <exception cref="ModelNotFoundException">No device has this model; the message lists those that are there.</exception>
    [Alias("Describe")]
    Task<ModelDescription> DescribeAsync();

    /// <summary>Admits a request and starts it; returns the id of its <see cref="IGenerationGrain"/>.</summary>
    /// <exception cref="ModelNotFoundException">As above, or the request was made for another digest of the model.</exception>
    /// <exception cref="QueueFullException">Too much unfinished work; says when to try again.</exception>
    [Alias("Submit")]
    Task<string> SubmitAsync(GenerationRequest request);

    /// <summary>Chooses devices for the candidates of an admitted request.</summary>
    [Alias("Route")]
    Task<Route> RouteAsync(string generationId, int candidates);

    /// <summary>Tells that a generation has ended, however it ended.</summary>
    [Alias("Release")]
    Task ReleaseAsync(string generationId);
}

/// <summary>Which device does what for one generation; a device key is <c>silo/device</c>.</summary>
/// <param name="Encoder">Device that encodes the prompt.</param>
/// <param name="Samplers">Devices and how many candidates each samples, in candidate order.</param>
/// <param name="Decoder">Device that decodes and ranks.</param>
[GenerateSerializer, Immutable, Alias("clipgen.Route")]
public sealed record Route(
    [property: Id(0)] string Encoder,
    [property: Id(1)] IReadOnlyList<SamplerShare> Samplers,
    [property: Id(2)] string Decoder);

/// <summary>Candidates <paramref name="FirstCandidate"/> to <paramref name="FirstCandidate"/> + <paramref name="Count"/> − 1 run on <paramref name="Device"/>.</summary>
[GenerateSerializer, Immutable, Alias("clipgen.SamplerShare")]
public sealed record SamplerShare(
    [property: Id(0)] string Device,
    [property: Id(1)] int FirstCandidate,
    [property: Id(2)] int Count);
