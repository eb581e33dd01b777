namespace ClipGen.Models.Imaging;

/// <summary>Several images on one sheet, as torchvision's make_grid lays them out: row by row, black between, around, and where the last row ends early.</summary>
public static class ContactSheet
{
    /// <summary>Lays the images out in their order. A single image comes back as it is, without a border.</summary>
    /// <param name="images">At least one; all of one size.</param>
    /// <param name="columns">Images in a row, if there are as many. Default: 4.</param>
    /// <param name="padding">Black pixels between the images and around them. Default: 2.</param>
    /// <exception cref="ArgumentException">No image, different sizes, a column count below 1, a negative padding, or an image whose byte count does not fit its size.</exception>
    public static RgbImage Compose(IReadOnlyList<RgbImage> images, int columns = 4, int padding = 2)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (images.Count == 0) throw new ArgumentException("A contact sheet needs an image.", nameof(images));
        var (width, height) = (images[0].Width, images[0].Height);
        foreach (var image in images)
        {
            image.Checked();
            if ((image.Width, image.Height) != (width, height))
                throw new ArgumentException($"A contact sheet holds images of one size, not {width}×{height} and {image.Width}×{image.Height}.", nameof(images));
        }
        if (images.Count == 1) return images[0];

        columns = Math.Min(columns, images.Count);
        var rows = (images.Count + columns - 1) / columns;
        var (sheetWidth, sheetHeight) = (checked(columns * (width + padding) + padding), checked(rows * (height + padding) + padding));
        var pixels = new byte[checked(sheetWidth * sheetHeight * 3)];
        for (var i = 0; i < images.Count; i++)
        {
            var left = i % columns * (width + padding) + padding;
            var top = i / columns * (height + padding) + padding;
            for (var y = 0; y < height; y++)
            {
                var row = images[i].Pixels.AsSpan(y * width * 3, width * 3);
                row.CopyTo(pixels.AsSpan(((top + y) * sheetWidth + left) * 3));
            }
        }
        return new RgbImage(sheetWidth, sheetHeight, pixels);
    }
}
