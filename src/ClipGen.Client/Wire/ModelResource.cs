using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>Answer of <c>GET /v1/models</c>.</summary>
public sealed record ModelList
{
    /// <summary><c>list</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; } = "list";

    public required IReadOnlyList<ModelResource> Data { get; init; }
}

/// <summary>A model that some device has: OpenAI's members, then ours.</summary>
public sealed record ModelResource
{
    /// <summary>The bundle's name.</summary>
    public required string Id { get; init; }

    /// <summary><c>model</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind { get; } = "model";

    /// <summary>Unix time in whole seconds.</summary>
    public required long Created { get; init; }

    public required string OwnedBy { get; init; }

    /// <summary>Lower-case hex SHA-256: the model's identity.</summary>
    public required string Digest { get; init; }

    /// <summary>Candidates sampled when a request does not say.</summary>
    public required int DefaultCandidates { get; init; }

    /// <summary>The largest meaningful <c>top_k</c>.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Steps one candidate takes.</summary>
    public required int CodesPerImage { get; init; }

    /// <summary>Side of the image in pixels.</summary>
    public required int ImageSize { get; init; }
}
