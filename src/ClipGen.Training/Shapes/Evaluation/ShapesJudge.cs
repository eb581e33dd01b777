using ClipGen.Models.Imaging;
using ClipGen.Training.Data.Shapes;

namespace ClipGen.Training.Shapes.Evaluation;

/// <summary>What a picture shows, measured from its pixels alone.</summary>
/// <param name="Shape">Null if no shape fits what is there.</param>
/// <param name="Size">Null if the object is neither small nor large.</param>
/// <param name="Position">Null if the object is at none of the places.</param>
/// <param name="Colour">Null if there is no object.</param>
public sealed record ShapesMeasurement(ShapeBackground Background, ShapeColour? Colour, ShapeKind? Shape, ShapeSize? Size, ShapePosition? Position);

/// <summary>
/// Measures pictures of the shapes world without any network: the background from the border, the object's colour from the
/// pixels farthest from it, then which shape, drawn at which place and size, covers the same pixels best.
/// </summary>
public static class ShapesJudge
{
    /// <summary>Least overlap (intersection over union of coverage) at which a shape is said to be there.</summary>
    public const double LeastOverlap = 0.75;

    private const double LeastContrast = 40;       // distance of the object's colour from the background's, in 1/255
    private const double DeadZone = 0.12;          // coverage below which a pixel is background, above 1 minus which it is object
    private const double SizeTolerance = 0.04;     // beyond the sizes that are drawn, as a fraction of the side
    private const double PlaceTolerance = 0.05;    // beyond the jitter that is drawn

    public static ShapesMeasurement Measure(RgbImage image)
    {
        var (r, g, b) = BorderColour(image);
        var background = Nearest<ShapeBackground>(level => Distance((r, g, b), Gray(ShapesVocabulary.Level(level))));
        if (ObjectColour(image, (r, g, b)) is not { } colour) return new(background, null, null, null, null);

        var named = Nearest<ShapeColour>(candidate => Distance(colour, ShapesVocabulary.Rgb(candidate)));
        double[] coverage = CoverageMap(image, (r, g, b), colour);
        if (Box(coverage, image.Width, image.Height) is not { } box) return new(background, null, null, null, null);
        var (shape, extent, x, y, overlap) = ShapeFit.Best(coverage, image.Width, box);
        return new(background, named, overlap >= LeastOverlap ? shape : null, SizeOf(extent), PlaceOf(x, y));
    }

    private static ShapeSize? SizeOf(double extent)
    {
        foreach (var size in Enum.GetValues<ShapeSize>())
        {
            var (from, to) = ShapesVocabulary.Extent(size);
            if (extent >= from - SizeTolerance && extent <= to + SizeTolerance) return size;
        }
        return null;
    }

    private static ShapePosition? PlaceOf(double x, double y)
    {
        const double Most = ShapesVocabulary.PositionJitter + PlaceTolerance;
        var place = Nearest<ShapePosition>(position => Off(position));
        return Off(place) <= Most ? place : null;

        double Off(ShapePosition position)
        {
            var (px, py) = ShapesVocabulary.Place(position);
            return Math.Max(Math.Abs(x - px), Math.Abs(y - py));
        }
    }

    /// <summary>The median of the outermost pixels, channel by channel.</summary>
    private static (double R, double G, double B) BorderColour(RgbImage image)
    {
        var border = Places(image).Where(p => p.X == 0 || p.Y == 0 || p.X == image.Width - 1 || p.Y == image.Height - 1).Select(p => Pixel(image, p.X, p.Y)).ToArray();
        double Median(Func<(double R, double G, double B), double> channel) => border.Select(channel).Order().ElementAt(border.Length / 2);
        return (Median(p => p.R), Median(p => p.G), Median(p => p.B));
    }

    /// <summary>The mean of the pixels that differ from the background nearly as much as any does; null if none does.</summary>
    private static (double R, double G, double B)? ObjectColour(RgbImage image, (double R, double G, double B) background)
    {
        var pixels = Places(image).Select(p => Pixel(image, p.X, p.Y)).Select(p => (Colour: p, Distance: Distance(p, background))).OrderByDescending(p => p.Distance).ToArray();
        // A few stray pixels must not set the scale: the 20th farthest does.
        double reach = pixels[Math.Min(20, pixels.Length - 1)].Distance;
        if (reach < LeastContrast) return null;
        var core = pixels.Where(p => p.Distance >= 0.8 * reach && p.Distance <= 1.2 * reach).ToArray();
        return (core.Average(p => p.Colour.R), core.Average(p => p.Colour.G), core.Average(p => p.Colour.B));
    }

    /// <summary>
    /// How much of each pixel is object: its place on the line from background to object colour, 0 to 1. The line's ends are cut
    /// off, or the noise of a whole background would weigh as much as a small object.
    /// </summary>
    private static double[] CoverageMap(RgbImage image, (double R, double G, double B) background, (double R, double G, double B) colour)
    {
        var (dr, dg, db) = (colour.R - background.R, colour.G - background.G, colour.B - background.B);
        double length = dr * dr + dg * dg + db * db;
        return [.. Places(image).Select(p => Pixel(image, p.X, p.Y)).Select(p => Math.Clamp(((p.R - background.R) * dr + (p.G - background.G) * dg + (p.B - background.B) * db) / length * (1 + 2 * DeadZone) - DeadZone, 0, 1))];
    }

    /// <summary>The box of pixels that are mostly object, as fractions of the side; null if there are none.</summary>
    private static (double Left, double Top, double Right, double Bottom)? Box(double[] coverage, int width, int height)
    {
        int left = width, top = height, right = -1, bottom = -1;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                if (coverage[y * width + x] < 0.5) continue;
                (left, right) = (Math.Min(left, x), Math.Max(right, x));
                (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
            }
        }
        return right < 0 ? null : (left / (double)width, top / (double)height, (right + 1) / (double)width, (bottom + 1) / (double)height);
    }

    private static IEnumerable<(int X, int Y)> Places(RgbImage image) =>
        from y in Enumerable.Range(0, image.Height) from x in Enumerable.Range(0, image.Width) select (x, y);

    private static (double R, double G, double B) Pixel(RgbImage image, int x, int y)
    {
        int at = (y * image.Width + x) * 3;
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    private static (byte, byte, byte) Gray(byte level) => (level, level, level);

    private static double Distance((double R, double G, double B) a, (double R, double G, double B) b) =>
        Math.Sqrt((a.R - b.R) * (a.R - b.R) + (a.G - b.G) * (a.G - b.G) + (a.B - b.B) * (a.B - b.B));

    private static T Nearest<T>(Func<T, double> distance) where T : struct, Enum => Enum.GetValues<T>().MinBy(distance);
}
