using System.Text.Json.Serialization;

namespace ClipGen.Client.Wire;

/// <summary>Body of every answer that is an error, and data of an <c>error</c> event in mid-stream.</summary>
public sealed record ErrorEnvelope
{
    /// <summary><c>error</c> in an event stream, where clients look at it; null in a body.</summary>
    public string? Type { get; init; }

    public required ErrorBody Error { get; init; }
}

/// <summary>What went wrong. The first four members are always written, also when null.</summary>
public sealed record ErrorBody
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string Message { get; init; }

    /// <summary>One of the error types in <see cref="WireNames"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string Type { get; init; }

    /// <summary>The member of the request that is to blame; null when none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Param { get; init; }

    /// <summary>One of the error codes in <see cref="WireNames"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Code { get; init; }

    /// <summary>Ours: everything that is wrong, where that is more than one thing; null otherwise.</summary>
    public IReadOnlyList<ParameterError>? Errors { get; init; }
}

/// <summary>One thing wrong with a request.</summary>
public sealed record ParameterError
{
    /// <summary>The member's name.</summary>
    public required string Param { get; init; }

    /// <summary>What is wrong and what would be right, to be read after the name.</summary>
    public required string Message { get; init; }
}
