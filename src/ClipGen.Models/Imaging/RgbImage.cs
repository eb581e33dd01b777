namespace ClipGen.Models.Imaging;

/// <summary>An 8-bit sRGB image in memory.</summary>
/// <param name="Pixels">Row by row, three bytes a pixel in the order red, green, blue: Width × Height × 3 bytes.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels);
