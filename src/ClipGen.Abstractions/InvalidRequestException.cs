namespace ClipGen;

/// <summary>One thing wrong with a request.</summary>
/// <param name="Parameter">The parameter's wire name, for example <c>top_k</c>.</param>
/// <param name="Message">What is wrong and what would be right, to be read after the parameter's name.</param>
[GenerateSerializer, Immutable, Alias("clipgen.RequestError")]
public sealed record RequestError([property: Id(0)] string Parameter, [property: Id(1)] string Message);

/// <summary>A request that cannot be carried out as it stands; names everything that is wrong with it.</summary>
[GenerateSerializer, Alias("clipgen.InvalidRequestException")]
public sealed class InvalidRequestException : Exception
{
    public InvalidRequestException(IReadOnlyList<RequestError> errors) : base(string.Join(" ", errors.Select(e => $"{e.Parameter} {e.Message}"))) => Errors = errors;

    /// <summary>Every problem, in the order of the parameters.</summary>
    [Id(0)] public IReadOnlyList<RequestError> Errors { get; init; }
}
