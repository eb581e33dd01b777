using System.Text;
using System.Text.Json;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ClipGen.Gateway.Requests;

/// <summary>
/// A request's body as multipart/form-data. It is in memory, as other bodies are: the server's disk is not the clients' to fill. It is not
/// read by ASP.NET Core's own form, which would keep every file until the answer has been given, minutes later.
/// </summary>
/// <param name="Members">Its fields; those that are to be numbers, or true or false, are what they can be read as.</param>
/// <param name="Images">The files of its field <c>image</c>.</param>
internal sealed record FormBody(Members Members, IReadOnlyList<byte[]> Images)
{
    private const string ContentType = "multipart/form-data";
    private const int MaxParts = 64, MaxNameLength = 256, MaxValueBytes = 64 * 1024, MaxBoundaryLength = 128;

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
        try
        {
            return await ReadAsync(Reader(context.Request), context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidValue, $"The body is not valid {ContentType}.") { ShouldRetry = false };
        }
    }

    /// <exception cref="InvalidDataException">The content type names no boundary.</exception>
    private static MultipartReader Reader(HttpRequest request)
    {
        string? boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : null;
        return boundary is { Length: > 0 and <= MaxBoundaryLength } ? new(boundary, request.Body) : throw new InvalidDataException("There is no boundary.");
    }

    private static async Task<FormBody> ReadAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var again = new SortedSet<string>(StringComparer.Ordinal);
        var others = new SortedSet<string>(StringComparer.Ordinal);
        var images = new List<byte[]>();
        for (int parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } part; parts++)
        {
            if (parts == MaxParts || !ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var about)) throw new InvalidDataException("It has too many parts, or one that does not say what it is.");
            string name = HeaderUtilities.RemoveQuotes(about.Name).ToString();
            if (name.Length > MaxNameLength) throw new InvalidDataException("A name is too long.");
            if (about.IsFileDisposition())
            {
                if (name is "image") images.Add(await ReadAsync(part.Body, int.MaxValue, cancellationToken));
                else others.Add(name);
            }
            else if (!fields.TryAdd(name, ToJson(name, Encoding.UTF8.GetString(await ReadAsync(part.Body, MaxValueBytes, cancellationToken))))) again.Add(name);
        }
        foreach (string name in again) fields.Remove(name);
        var members = new Members(fields);
        foreach (string name in again) members.Add(WireNames.ErrorCodes.InvalidValue, Members.OneLine(name), "is there more than once.");
        foreach (string name in others) members.Add(WireNames.ErrorCodes.UnknownParameter, Members.OneLine(name), "is not a file of this request; leave it out.");
        return new(members, images);
    }

    /// <exception cref="InvalidDataException">It is longer than that.</exception>
    private static async Task<byte[]> ReadAsync(Stream part, int maxBytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        while (await part.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (content.Length + count > maxBytes) throw new InvalidDataException("A value is too long.");
            content.Write(buffer, 0, count);
        }
        return content.ToArray();
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
