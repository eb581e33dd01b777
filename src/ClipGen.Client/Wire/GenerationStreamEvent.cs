using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>
/// One <c>data:</c> line of <c>GET /v1/generations/{id}/events</c>. The <c>event:</c> line repeats <see cref="Type"/>, the <c>id:</c> line
/// <see cref="Number"/>, which a client sends back as <c>Last-Event-ID</c>. The stream ends after <c>completed</c>, <c>failed</c> or <c>cancelled</c>.
/// </summary>
public sealed record GenerationStreamEvent
{
    /// <summary>One of the event names in <see cref="WireNames"/>; a client skips those it does not know.</summary>
    public required string Type { get; init; }

    /// <summary>Id of the generation.</summary>
    public required string Id { get; init; }

    /// <summary>Rises; may jump.</summary>
    public required int Number { get; init; }

    /// <summary>As in <see cref="GenerationResource.State"/>.</summary>
    public required string State { get; init; }

    /// <summary>Codes drawn so far over all candidates.</summary>
    public required long CodesDrawn { get; init; }

    /// <summary>Codes to draw in all.</summary>
    public required long CodesTotal { get; init; }

    /// <summary>Sequences that wait before its last one; null when it does not wait.</summary>
    public int? QueuePosition { get; init; }

    /// <summary>Estimated milliseconds until the end; null when it cannot be told.</summary>
    public long? EtaMs { get; init; }

    /// <summary>Times that something was lost or failed and was tried again.</summary>
    public int Retries { get; init; }

    /// <summary>Only on <c>preview</c>.</summary>
    public GenerationPreview? Preview { get; init; }

    /// <summary>Only on <c>image</c>, where the server tells each one.</summary>
    public GenerationImage? Image { get; init; }

    /// <summary>The whole resource, on the last event.</summary>
    public GenerationResource? Generation { get; init; }
}

/// <summary>The rows of a candidate that are drawn, as a picture of full size.</summary>
public sealed record GenerationPreview
{
    /// <summary>Candidate index within the request.</summary>
    public required int Candidate { get; init; }

    /// <summary>From 0, counting the previews of the generation.</summary>
    public required int Index { get; init; }

    /// <summary>Rows of codes drawn.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows of codes in all.</summary>
    public required int RowsTotal { get; init; }

    /// <summary>The file in padded standard base64.</summary>
    [JsonPropertyName("b64_json")]
    public required string B64Json { get; init; }

    /// <summary><c>png</c>, <c>jpeg</c> or <c>webp</c>.</summary>
    public required string OutputFormat { get; init; }
}
