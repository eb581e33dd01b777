using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClipGen.Client.Calls;
using ClipGen.Client.Wire;
using Microsoft.Extensions.AI;

namespace ClipGen.Client;

/// <summary>
/// A ClipGen cluster as a Microsoft.Extensions.AI image generator. Of the options it takes the model, the count (images kept), the media
/// type, the image size (only the model's own), data or addresses as the response's form, and as additional properties <c>seed</c>,
/// <c>candidates</c>, <c>top_k</c>, <c>top_p</c> and <c>temperature</c>. What it cannot honour it refuses, as the cluster does.
/// Original images are prompts, too: it draws more of them, blended with each other and with the text in equal parts.
/// </summary>
/// <param name="client">Draws; stays the caller's.</param>
/// <param name="defaultModel">Taken when the options name none. Null: the only one that the cluster has.</param>
[Experimental("MEAI001", UrlFormat = "https://aka.ms/dotnet-extensions-warnings/{0}")]
public sealed class ClipGenImageGenerator(IClipGenClient client, string? defaultModel = null) : IImageGenerator
{
    private readonly ImageGeneratorMetadata _metadata = new("clipgen", providerUri: null, defaultModel);

    /// <inheritdoc/>
    /// <exception cref="ClipGenException">The cluster refused it, or it failed.</exception>
    /// <exception cref="NotSupportedException">An original image is no <see cref="DataContent"/>: only its bytes can be sent.</exception>
    public async Task<ImageGenerationResponse> GenerateAsync(ImageGenerationRequest request, ImageGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var wanted = ToRequest(request, options);
        if (options?.ImageSize is { } size) await CheckSizeAsync(wanted.Model, size, cancellationToken);

        bool addresses = options?.ResponseFormat == ImageGenerationResponseFormat.Uri;
        var (generation, contents) = addresses ? await DrawAsync(wanted, cancellationToken) : ToContents(await client.GenerateAsync(wanted, cancellationToken));
        int tokens = generation.Result!.PromptTokens;
        return new(contents)
        {
            RawRepresentation = generation,
            Usage = new() { InputTokenCount = tokens, OutputTokenCount = generation.CodesDrawn, TotalTokenCount = tokens + generation.CodesDrawn },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ImageGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client
            : null;
    }

    /// <summary>Does nothing: the client is not its own.</summary>
    public void Dispose() { }

    private static (GenerationStatus Generation, List<AIContent> Contents) ToContents(GeneratedImages drawn) =>
        (drawn.Generation, [.. drawn.Images.Select(image => Described(new DataContent(image.Content, image.MediaType) { Name = image.Info.Name }, image.Info, image.Seed))]);

    private async Task<(GenerationStatus Generation, List<AIContent> Contents)> DrawAsync(GenerateRequest request, CancellationToken cancellationToken)
    {
        GenerationStatus? end = null;
        await foreach (var update in client.StreamAsync(request, cancellationToken)) end = update.Status;
        if (end?.Result is not { } result) throw new ClipGenGenerationException(end!);
        string mediaType = MediaTypes.Of(end.Request.Format);
        return (end, [.. result.Images.Select(image => Described(new UriContent(AddressOf(image), mediaType), image, end.Request.Seed))]);
    }

    private static Uri AddressOf(RankedImage image) => Uri.TryCreate(image.Location, UriKind.Absolute, out var address) ? address
        : throw new NotSupportedException($"The image {image.Name} has no absolute address; ask for data instead.");

    private static AIContent Described(AIContent content, RankedImage image, ulong seed)
    {
        content.AdditionalProperties = new() { ["seed"] = seed, ["clip_score"] = image.ClipScore, ["candidate"] = image.Candidate, ["sha256"] = image.Sha256 };
        return content;
    }

    private async Task CheckSizeAsync(string? model, System.Drawing.Size size, CancellationToken cancellationToken)
    {
        var models = await client.GetModelsAsync(cancellationToken);
        var sizes = models.Where(m => model is null || m.Name == model).Select(m => m.ImageSize).ToList();
        if (sizes.Count == 0 || sizes.Any(s => size.Width == s && size.Height == s)) return;   // a model that is not there is told by the cluster
        throw Invalid("size", $"is {size.Width}x{size.Height}; the model draws {sizes[0]}x{sizes[0]}.");
    }

    private GenerateRequest ToRequest(ImageGenerationRequest request, ImageGenerationOptions? options)
    {
        var more = options?.AdditionalProperties;
        WeightedPrompt[] images = [.. (request.OriginalImages ?? []).Select(ToPrompt)];
        return new()
        {
            Prompt = images.Length == 0 ? request.Prompt ?? "" : null,
            Prompts = images.Length == 0 ? null : string.IsNullOrWhiteSpace(request.Prompt) ? images : [new() { Text = request.Prompt }, .. images],
            Model = options?.ModelId ?? defaultModel,
            Keep = options?.Count,
            Format = options?.MediaType is { } mediaType ? FormatOf(mediaType) : null,
            Seed = Number<ulong>(more, "seed"),
            Candidates = Number<int>(more, "candidates"),
            TopK = Number<int>(more, "top_k"),
            TopP = Number<double>(more, "top_p"),
            Temperature = Number<double>(more, "temperature"),
        };
    }

    private static WeightedPrompt ToPrompt(AIContent original) => original is DataContent data
        ? new() { Image = data.Data }
        : throw new NotSupportedException($"An original image comes as a {original.GetType().Name}; give its bytes as a {nameof(DataContent)}.");

    private static ImageFormat FormatOf(string mediaType) =>
        (mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? MediaTypes.FormatOf(mediaType["image/".Length..].ToLowerInvariant()) : null)
        ?? throw Invalid("output_format", $"is '{mediaType}'; use image/png, image/jpeg or image/webp.");

    // Whoever fills a dictionary writes 7, 7L or "7".
    private static T? Number<T>(AdditionalPropertiesDictionary? properties, string name)
        where T : struct, IParsable<T>
    {
        if (properties?.TryGetValue(name, out object? value) != true || value is null) return null;
        string? text = Convert.ToString(value, CultureInfo.InvariantCulture);
        return T.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid(name, $"is '{text}'; it must be a number.");
    }

    private static ClipGenInvalidRequestException Invalid(string parameter, string message) =>
        new($"{parameter} {message}", WireNames.ErrorCodes.InvalidValue) { Errors = [new(parameter, message)], Parameter = parameter };
}
