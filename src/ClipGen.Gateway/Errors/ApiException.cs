using ClipGen.Client.Wire;

namespace ClipGen.Gateway.Errors;

/// <summary>An answer that is an error.</summary>
/// <param name="type">Of <see cref="WireNames.ErrorTypes"/>.</param>
/// <param name="code">Of <see cref="WireNames.ErrorCodes"/>.</param>
internal sealed class ApiException(int status, string type, string code, string message, string? param = null) : Exception(message)
{
    public int Status => status;

    /// <summary>Everything that is wrong with the request, where that is more than one thing.</summary>
    public IReadOnlyList<ParameterError>? Errors { get; init; }

    /// <summary>When the same request is worth sending again; null says nothing of it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it is worth sending again at all, where the status alone would tell clients otherwise.</summary>
    public bool? ShouldRetry { get; init; }

    public ErrorBody Body => new() { Message = Message, Type = type, Code = code, Param = param, Errors = Errors };
}
