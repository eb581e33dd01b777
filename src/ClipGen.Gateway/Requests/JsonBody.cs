using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Requests;

/// <summary>Reads a request's body as one JSON object.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <param name="maxBytes">How large it may be, where that is more than usual.</param>
    /// <exception cref="ApiException">It is no JSON object.</exception>
    public static async Task<Members> ReadAsync(HttpContext context, long maxBytes)
    {
        BodyLimit.Raise(context, maxBytes);
        var request = context.Request;
        if (!request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.UnsupportedContentType,
                "Send the body as JSON, with 'Content-Type: application/json'.")
            { ShouldRetry = false };
        }
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, Options, context.RequestAborted);
            var body = document.RootElement.Clone();
            if (body.ValueKind == JsonValueKind.Object) return new(body);
        }
        catch (JsonException e)
        {
            throw Invalid(e.LineNumber is null ? "The body is not valid JSON." : FormattableString.Invariant($"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})."));
        }
        catch (InvalidOperationException)
        {
            throw Invalid("The body is not valid JSON: a member's name is not proper Unicode.");
        }
        throw Invalid("The body must be a JSON object.");
    }

    private static ApiException Invalid(string message) =>
        new(StatusCodes.Status400BadRequest, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidJson, message) { ShouldRetry = false };
}
