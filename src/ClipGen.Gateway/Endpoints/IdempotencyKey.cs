using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Endpoints;

internal static class IdempotencyKey
{
    private const int MaxLength = 255;

    /// <exception cref="ApiException">There is one, and it is none.</exception>
    public static string? Of(HttpRequest request)
    {
        string key = request.Headers[WireNames.Headers.IdempotencyKey].ToString();
        if (key.Length == 0) return null;
        if (key.Length <= MaxLength && key.All(c => c is >= ' ' and <= '~')) return key;
        throw ApiErrors.Invalid([new(WireNames.ErrorCodes.InvalidValue, WireNames.Headers.IdempotencyKey, $"must have at most {MaxLength} printable ASCII characters.")]);
    }
}
