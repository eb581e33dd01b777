using ClipGen.Cluster.Prompts;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Requests;

/// <summary>What a body asks to draw, and the files of the images in it.</summary>
internal sealed record PromptOrder(string? Text, PromptImage? Image, IReadOnlyList<PromptPart>? Parts, PromptImageFiles Files)
{
    private const string ImageName = "image";

    /// <summary>Stand for what could not be read: its problem is noted, and nothing else is to be said of it.</summary>
    private static readonly PromptImage UnreadableImage = new(new string('0', 64), ImageFormat.Png);

    private static readonly PromptPart UnreadablePart = new() { Text = "?" };

    /// <summary>Takes <c>prompt</c>, <c>image</c> and <c>prompts</c>.</summary>
    public static PromptOrder Of(Members body, PromptImageOptions limits)
    {
        var files = new PromptImageFiles();
        string? text = body.Text("prompt");
        var image = TakeImage(body, limits, files);
        var parts = body.Objects("prompts", GenerationRequest.MaxPromptParts)?.Select(part => TakePart(part, limits, files)).ToList();
        return new(text, image, parts, files);
    }

    /// <summary>The image that was sent as a file, of which there must be one.</summary>
    public static PromptOrder Of(Members body, IReadOnlyList<byte[]> images, PromptImageOptions limits)
    {
        var files = new PromptImageFiles();
        var image = UnreadableImage;
        if (body.Has(ImageName)) body.Add(ErrorCodes.InvalidType, ImageName, "must be sent as a file, not as text.");
        else if (images.Count == 0) body.Add(ErrorCodes.MissingRequiredParameter, ImageName, "is missing; send a PNG, JPEG or WebP file as this field.");
        else if (images.Count > 1) body.Add(ErrorCodes.InvalidValue, ImageName, "must be one file.");
        else image = Check(body, images[0], limits, files);
        return new(null, image, null, files);
    }

    private static PromptPart TakePart(Members part, PromptImageOptions limits, PromptImageFiles files)
    {
        int known = part.Problems.Count;
        var taken = new PromptPart { Text = part.Text("text"), Image = TakeImage(part, limits, files), Weight = part.Number("weight") ?? 1 };
        part.RefuseRest();
        return part.Problems.Count > known && taken is { Text: null, Image: null } ? UnreadablePart : taken;
    }

    private static PromptImage? TakeImage(Members members, PromptImageOptions limits, PromptImageFiles files)
    {
        int known = members.Problems.Count;
        if (members.File(ImageName, "must be a PNG, JPEG or WebP file in base64, or a data: URL of one.") is not { } file) return members.Problems.Count > known ? UnreadableImage : null;
        return Check(members, file, limits, files);
    }

    private static PromptImage Check(Members members, byte[] file, PromptImageOptions limits, PromptImageFiles files)
    {
        if (PromptImageCheck.Problem(file, limits) is not { } problem) return files.Add(members.PathOf(ImageName), file);
        members.Add(ErrorCodes.InvalidValue, ImageName, problem);
        return UnreadableImage;
    }
}
