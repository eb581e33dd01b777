using ClipGen.Client.Wire;

namespace ClipGen.Client.Calls;

/// <summary>Image formats as the wire and as MIME spell them.</summary>
internal static class MediaTypes
{
    public static string Of(ImageFormat format) => $"image/{NameOf(format)}";

    public static string NameOf(ImageFormat format) => format switch
    {
        ImageFormat.Png => "png",
        ImageFormat.Jpeg => "jpeg",
        ImageFormat.Webp => "webp",
        _ => throw new ClipGenInvalidRequestException($"format is {format}; use png, jpeg or webp.", WireNames.ErrorCodes.InvalidValue)
        {
            Parameter = "output_format",
            Errors = [new("output_format", $"is {format}; use png, jpeg or webp.")],
        },
    };

    public static ImageFormat? FormatOf(string name) => name switch
    {
        "png" => ImageFormat.Png,
        "jpeg" or "jpg" => ImageFormat.Jpeg,
        "webp" => ImageFormat.Webp,
        _ => null,
    };
}
