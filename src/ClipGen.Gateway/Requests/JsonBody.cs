using System.Text;
using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Requests;

/// <summary>Reads a request's body as one JSON object.</summary>
internal static class JsonBody
{
    private const int FirstBytes = 16 * 1024;

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
            // Not disposed: it is no more than a view of these bytes, and its values are used for as long as the request is.
            var body = JsonDocument.Parse(await ReadWholeAsync(request, context.RequestAborted), Options).RootElement;
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

    /// <summary>The body's bytes, once, in memory that grows as they come: what is only announced takes none.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadWholeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        byte[] content = new byte[Math.Min(request.ContentLength ?? FirstBytes, FirstBytes)];
        for (int length = 0; ;)
        {
            if (length == content.Length)
            {
                if (length == request.ContentLength) return WithoutMark(content);
                Array.Resize(ref content, (int)Math.Min(Math.Min(2L * length, request.ContentLength ?? long.MaxValue), Array.MaxLength));
            }
            int count = await request.Body.ReadAsync(content.AsMemory(length), cancellationToken);
            if (count == 0) return WithoutMark(content.AsMemory(0, length));
            length += count;
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> text) => text.Span.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;

    private static ApiException Invalid(string message) =>
        new(StatusCodes.Status400BadRequest, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidJson, message) { ShouldRetry = false };
}
