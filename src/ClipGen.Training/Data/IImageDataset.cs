using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data;

/// <summary>Images by number, without end: number i is the same image every time, so that a training can be resumed anywhere.</summary>
public interface IImageDataset
{
    /// <summary>One line that names the data, for the provenance in a bundle.</summary>
    string Description { get; }

    /// <summary>Side of every image in pixels.</summary>
    int Side { get; }

    RgbImage Image(long index);
}

/// <summary>Images with a text each.</summary>
public interface ICaptionedDataset : IImageDataset
{
    (RgbImage Image, string Caption) Pair(long index);
}
