namespace ClipGen.Models.Clip;

/// <summary>Sizes of a CLIP with a vision transformer (models/clip.py).</summary>
/// <param name="EmbedSize">Width of the common space.</param>
/// <param name="ImageSize">Side of the square image input in pixels.</param>
/// <param name="VisionWidth">A multiple of 64: one head for every 64.</param>
/// <param name="PatchSize">Side of a patch in pixels; divides <paramref name="ImageSize"/>.</param>
/// <param name="ContextLength">Tokens of a text, start and end included.</param>
public sealed record ClipConfig(
    int EmbedSize,
    int ImageSize,
    int VisionLayers,
    int VisionWidth,
    int PatchSize,
    int ContextLength,
    int VocabSize,
    int TextWidth,
    int TextHeads,
    int TextLayers)
{
    /// <summary>OpenAI's ViT-B/32: 151,277,313 parameters.</summary>
    public static ClipConfig VitB32 { get; } = new(512, 224, 12, 768, 32, 77, 49408, 512, 8, 12);

    public int VisionHeads => VisionWidth / 64;

    public int Patches => (ImageSize / PatchSize) * (ImageSize / PatchSize);
}
