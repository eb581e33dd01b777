using System.Globalization;
using ClipGen.Cluster.Prompts;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Requests;

/// <summary>A body of <c>POST /v1/images/generations</c> or <c>/variations</c>.</summary>
/// <param name="Stream">Whether the answer is an event stream.</param>
/// <param name="AsUrl">Whether images are answered by address instead of content.</param>
internal sealed record ImageOrder(Order Order, bool Stream, bool AsUrl)
{
    private const int MaxImages = 10;

    /// <summary>OpenAI's, without meaning here: taken so that their clients work unchanged.</summary>
    private static readonly string[] WithoutEffect = ["user", "quality", "style", "moderation"];

    public static ImageOrder Of(Members body, PromptImageOptions limits)
    {
        var order = Order.Of(body, PromptOrder.Of(body, limits), MaxImages);
        bool stream = body.Flag("stream") ?? false;
        var (asUrl, size) = Form(body);
        foreach (string name in WithoutEffect) body.Text(name);

        if (body.Text("background") is { } background && background is not ("auto" or "opaque"))
            body.Add(ErrorCodes.UnsupportedParameter, "background", "must be auto or opaque: the models draw no transparency.");
        if (body.Has("output_compression"))
            body.Add(ErrorCodes.UnsupportedParameter, "output_compression", "cannot be set: JPEG is written with quality 90, WebP with 80.");
        if (stream && order.Parameters.Keep > 1) body.Add(ErrorCodes.InvalidValue, "n", "must be 1 for a stream.");
        if (stream && asUrl) body.Add(ErrorCodes.InvalidValue, "response_format", "must be b64_json for a stream.");
        if (!stream && order.Previews > 0) body.Add(ErrorCodes.InvalidValue, "partial_images", "come in a stream only; set stream to true.");
        body.RefuseRest();
        return new(order with { Size = size }, stream, asUrl);
    }

    public static ImageOrder OfVariation(FormBody form, PromptImageOptions limits)
    {
        var body = form.Members;
        var order = Order.Of(body, PromptOrder.Of(body, form.Images, limits), MaxImages);
        var (asUrl, size) = Form(body);
        body.Text("user");
        if (order.Previews > 0) body.Add(ErrorCodes.UnsupportedParameter, "partial_images", "come in a stream only, and variations are not streamed.");
        body.RefuseRest();
        return new(order with { Size = size }, Stream: false, asUrl);
    }

    /// <summary>In what form images are wanted.</summary>
    private static (bool AsUrl, string? Size) Form(Members body)
    {
        bool asUrl = body.OneOf("response_format", "b64_json", "url") == "url";
        string? size = body.Text("size");
        if (size == "auto") size = null;
        if (size is not null && !IsSize(size)) body.Add(ErrorCodes.InvalidValue, "size", "must be auto, or width and height in pixels, for example 256x256.");
        return (asUrl, size);
    }

    private static bool IsSize(string text) =>
        text.Split('x') is [var width, var height] && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out _) && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
