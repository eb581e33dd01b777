namespace ClipGen;

/// <summary>File formats that images can be written in.</summary>
public enum ImageFormat
{
    /// <summary>Lossless; carries the request's metadata in an iTXt chunk unless that is switched off.</summary>
    Png,

    /// <summary>Quality 90.</summary>
    Jpeg,

    /// <summary>Lossy, quality 80.</summary>
    Webp,
}
