namespace ClipGen.Models.Imaging;

/// <summary>File formats that images are written in.</summary>
public enum ImageFileFormat
{
    Png,
    Jpeg,
    Webp,
}
