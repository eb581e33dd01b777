using ClipGen.Models.Imaging;

namespace ClipGen.Cluster.Tests.Prompts;

/// <summary>Real image files to send as prompts.</summary>
internal static class PromptFiles
{
    /// <summary>A gradient that no other size or shade has.</summary>
    public static byte[] Picture(int width = 24, int height = 16, ImageFormat format = ImageFormat.Png, byte shade = 128)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++)
        {
            pixels[3 * i] = (byte)(i % width * 255 / width);
            pixels[3 * i + 1] = (byte)(i / width * 255 / height);
            pixels[3 * i + 2] = shade;
        }
        return ImageWriter.Encode(new(width, height, pixels), Enum.Parse<ImageFileFormat>(format.ToString()));
    }
}
