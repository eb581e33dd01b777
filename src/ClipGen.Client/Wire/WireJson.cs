using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>How the wire's records are written: snake_case, nulls left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateImageRequest))]
[JsonSerializable(typeof(CreateVariationRequest))]
[JsonSerializable(typeof(ImagesResponse))]
[JsonSerializable(typeof(ImageStreamEvent))]
[JsonSerializable(typeof(CreateGenerationRequest))]
[JsonSerializable(typeof(GenerationResource))]
[JsonSerializable(typeof(GenerationPage))]
[JsonSerializable(typeof(GenerationStreamEvent))]
[JsonSerializable(typeof(ReplayResource))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelResource))]
[JsonSerializable(typeof(ClusterResource))]
[JsonSerializable(typeof(ErrorEnvelope))]
public sealed partial class WireJson : JsonSerializerContext;
