using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data.Shapes;

/// <summary>Draws a scene, antialiased by 4 × 4 samples a pixel, with light noise.</summary>
public static class ShapesRenderer
{
    private const int Samples = 4;
    private const double NoiseLevel = 2; // standard deviation in 1/255

    /// <param name="side">Image side in pixels.</param>
    /// <param name="random">Source of the noise; null draws none.</param>
    public static RgbImage Render(ShapeScene scene, int side, SampleRandom? random = null)
    {
        var (r, g, b) = ShapesVocabulary.Rgb(scene.Colour);
        double level = ShapesVocabulary.Level(scene.Background);
        byte[] pixels = new byte[side * side * 3];
        var noise = random ?? default;
        double noiseLevel = random is null ? 0 : NoiseLevel;
        for (int y = 0, at = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                double coverage = Coverage(scene.Shape, scene.Extent, scene.X, scene.Y, side, x, y);
                pixels[at++] = Pixel(level + (r - level) * coverage, scene.Brightness, noiseLevel, ref noise);
                pixels[at++] = Pixel(level + (g - level) * coverage, scene.Brightness, noiseLevel, ref noise);
                pixels[at++] = Pixel(level + (b - level) * coverage, scene.Brightness, noiseLevel, ref noise);
            }
        }
        return new(side, side, pixels);
    }

    private static byte Pixel(double value, double brightness, double noiseLevel, ref SampleRandom random)
    {
        // The sum of three uniforms is near enough to a normal number for noise.
        double noise = noiseLevel == 0 ? 0 : noiseLevel * 2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        return (byte)Math.Clamp(Math.Round(value * brightness + noise), 0, 255);
    }

    /// <summary>Share of pixel (x, y) that a shape covers.</summary>
    /// <param name="extent">Side of the shape's box as a fraction of the image's side.</param>
    /// <param name="centerX">Centre of the box, fraction of the width.</param>
    /// <param name="centerY">Centre of the box, fraction of the height.</param>
    /// <returns>0 to 1.</returns>
    public static double Coverage(ShapeKind shape, double extent, double centerX, double centerY, int side, int x, int y)
    {
        double half = extent / 2, margin = 1.0 / side;
        if (Math.Abs((x + 0.5) / side - centerX) > half + margin || Math.Abs((y + 0.5) / side - centerY) > half + margin) return 0;
        int inside = 0;
        for (int i = 0; i < Samples; i++)
        {
            for (int j = 0; j < Samples; j++)
            {
                double u = ((x + (i + 0.5) / Samples) / side - centerX) / half, v = ((y + (j + 0.5) / Samples) / side - centerY) / half;
                if (Inside(shape, u, v)) inside++;
            }
        }
        return inside / (double)(Samples * Samples);
    }

    /// <summary>Whether a point of the box [−1, 1]² (v downwards) belongs to the shape.</summary>
    private static bool Inside(ShapeKind shape, double u, double v) => shape switch
    {
        ShapeKind.Circle => u * u + v * v <= 1,
        ShapeKind.Square => Math.Abs(u) <= 1 && Math.Abs(v) <= 1,
        ShapeKind.Triangle => v is >= -1 and <= 1 && Math.Abs(u) <= (v + 1) / 2,
        _ => u * u + v * v is <= 1 and >= 0.25,
    };
}
