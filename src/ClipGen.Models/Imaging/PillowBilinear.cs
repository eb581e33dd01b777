namespace ClipGen.Models.Imaging;

/// <summary>
/// Pillow 9.4's <c>Image.resize((width, height), BILINEAR)</c>, byte for byte: a triangle filter that widens with the
/// downscale factor, in 8-bit fixed point, first along rows, then along columns, each rounded to bytes.
/// </summary>
public static class PillowBilinear
{
    private const int Precision = PillowBilinearWeights.Precision;

    /// <summary>Resizes to <paramref name="width"/> × <paramref name="height"/> pixels; the result is always a new image.</summary>
    /// <exception cref="ArgumentException">A size below 1, or the image's byte count does not fit its size.</exception>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return ResizeWindow(image, new ResizeAxis(width, 0, width), new ResizeAxis(height, 0, height));
    }

    /// <summary>The part of the resized image that the axes ask for: the same bytes as resizing and then cropping, at the window's cost.</summary>
    internal static RgbImage ResizeWindow(RgbImage image, ResizeAxis horizontal, ResizeAxis vertical)
    {
        image.Checked();
        // An axis that keeps its size gets weight 1 on the pixel itself: its pass copies, as if Pillow's skipped pass.
        var columns = PillowBilinearWeights.Compute(image.Width, horizontal);
        var rows = PillowBilinearWeights.Compute(image.Height, vertical);
        var firstRow = rows.Starts[0];
        var narrowed = ResizeRows(image, firstRow, rows.Starts[^1] + rows.Counts[^1] - firstRow, columns);
        return new RgbImage(horizontal.Count, vertical.Count, ResizeColumns(narrowed, horizontal.Count * 3, firstRow, rows));
    }

    private static byte[] ResizeRows(RgbImage image, int firstRow, int rowCount, PillowBilinearWeights columns)
    {
        var result = new byte[checked(rowCount * columns.Starts.Length * 3)];
        var to = 0;
        for (var y = 0; y < rowCount; y++)
        {
            var row = image.Pixels.AsSpan((firstRow + y) * image.Width * 3, image.Width * 3);
            for (var x = 0; x < columns.Starts.Length; x++)
            {
                int red = 1 << (Precision - 1), green = red, blue = red;
                var from = columns.Starts[x] * 3;
                foreach (var weight in columns.Of(x))
                {
                    red += row[from] * weight;
                    green += row[from + 1] * weight;
                    blue += row[from + 2] * weight;
                    from += 3;
                }
                result[to++] = ToByte(red);
                result[to++] = ToByte(green);
                result[to++] = ToByte(blue);
            }
        }
        return result;
    }

    private static byte[] ResizeColumns(byte[] pixels, int stride, int firstRow, PillowBilinearWeights rows)
    {
        var result = new byte[checked(rows.Starts.Length * stride)];
        var sums = new int[stride];
        for (var y = 0; y < rows.Starts.Length; y++)
        {
            Array.Fill(sums, 1 << (Precision - 1));
            var from = (rows.Starts[y] - firstRow) * stride;
            foreach (var weight in rows.Of(y))
            {
                var row = pixels.AsSpan(from, stride);
                for (var i = 0; i < sums.Length; i++) sums[i] += row[i] * weight;
                from += stride;
            }
            for (var i = 0; i < sums.Length; i++) result[y * stride + i] = ToByte(sums[i]);
        }
        return result;
    }

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> Precision, 0, 255);
}
