using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClipGen.Gateway.Requests;

/// <summary>A request's body as multipart/form-data.</summary>
/// <param name="Members">Its fields; those that are to be numbers, or true or false, are what they can be read as.</param>
/// <param name="Images">The files of its field <c>image</c>.</param>
internal sealed record FormBody(Members Members, IReadOnlyList<byte[]> Images)
{
    private const string ContentType = "multipart/form-data";

    private static readonly HashSet<string> Numbers = new(["n", "candidates", "seed", "top_k", "top_p", "temperature", "deadline_ms", "partial_images"], StringComparer.Ordinal);

    private static readonly HashSet<string> Flags = new(["embed_metadata", "reference_quirks"], StringComparer.Ordinal);

    /// <exception cref="ApiException">It is no such form.</exception>
    public static async Task<FormBody> ReadAsync(HttpContext context, long maxBytes)
    {
        BodyLimit.Raise(context, maxBytes);
        if (context.Request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.UnsupportedContentType,
                $"Send the body as a form, with 'Content-Type: {ContentType}'.")
            { ShouldRetry = false };
        }
        var form = await ReadFormAsync(context, maxBytes);
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, values) in form)
        {
            if (values.Count == 1) fields.Add(name, ToJson(name, values.ToString()));
        }
        var members = new Members(fields);
        foreach (var (name, values) in form)
        {
            if (values.Count > 1) members.Add(WireNames.ErrorCodes.InvalidValue, Members.OneLine(name), "is there more than once.");
        }
        var images = new List<byte[]>();
        foreach (var file in form.Files)
        {
            if (file.Name is "image") images.Add(await ReadAsync(file, context.RequestAborted));
            else members.Add(WireNames.ErrorCodes.UnknownParameter, Members.OneLine(file.Name), "is not a file of this request; leave it out.");
        }
        return new(members, images);
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext context, long maxBytes)
    {
        var options = new FormOptions
        {
            // In memory, as other bodies are: the server's disk is not the clients' to fill.
            MemoryBufferThreshold = (int)Math.Min(maxBytes, int.MaxValue),
            MultipartBodyLengthLimit = maxBytes,
            ValueCountLimit = 64,
            KeyLengthLimit = 256,
            ValueLengthLimit = 64 * 1024,
        };
        try
        {
            return await context.Request.ReadFormAsync(options, context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidValue, $"The body is not valid {ContentType}.") { ShouldRetry = false };
        }
    }

    private static async Task<byte[]> ReadAsync(IFormFile file, CancellationToken cancellationToken)
    {
        byte[] content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    private static JsonElement ToJson(string name, string text)
    {
        if (Numbers.Contains(name) || Flags.Contains(name))
        {
            try
            {
                var value = JsonElement.Parse(text);
                if (Numbers.Contains(name) ? value.ValueKind == JsonValueKind.Number : value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value;
            }
            catch (JsonException)
            {
                // It stays a text, which is told to be none.
            }
        }
        return JsonSerializer.SerializeToElement(text);
    }
}
