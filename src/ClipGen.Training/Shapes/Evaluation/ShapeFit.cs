using ClipGen.Training.Data.Shapes;

namespace ClipGen.Training.Shapes.Evaluation;

/// <summary>Finds the shape, place and size that cover a picture's pixels best.</summary>
internal static class ShapeFit
{
    /// <param name="coverage">Side × side values, 0 to 1.</param>
    /// <param name="box">Where the object is, in fractions of the side; the search stays within three pixels of it.</param>
    public static (ShapeKind Shape, double Extent, double X, double Y, double Overlap) Best(double[] coverage, int side, (double Left, double Top, double Right, double Bottom) box)
    {
        double x = (box.Left + box.Right) / 2, y = (box.Top + box.Bottom) / 2, extent = Math.Max(box.Right - box.Left, box.Bottom - box.Top), pixel = 1.0 / side;
        // The shapes that are tried reach no farther than this; beyond it only what is there counts.
        double reach = extent / 2 + 6 * pixel;
        int left = Math.Max(0, (int)((x - reach) * side)), right = Math.Min(side, (int)((x + reach) * side));
        int top = Math.Max(0, (int)((y - reach) * side)), bottom = Math.Min(side, (int)((y + reach) * side));
        double outside = coverage.Where((_, at) => at % side < left || at % side >= right || at / side < top || at / side >= bottom).Sum();
        var best = (Shape: ShapeKind.Circle, Extent: extent, X: x, Y: y, Overlap: -1.0);
        foreach (var shape in Enum.GetValues<ShapeKind>())
        {
            var fit = (Shape: shape, Extent: extent, X: x, Y: y, Overlap: Overlap(shape, extent, x, y));
            // Coordinate search with shrinking steps: the box is right to a pixel or two, so few are needed.
            foreach (double step in new[] { pixel, pixel / 2, pixel / 4 })
            {
                for (bool better = true; better;)
                {
                    better = false;
                    foreach (var (de, dx, dy) in new[] { (step, 0.0, 0.0), (-step, 0, 0), (0, step, 0), (0, -step, 0), (0, 0, step), (0, 0, -step) })
                    {
                        var (e, u, v) = (fit.Extent + de, fit.X + dx, fit.Y + dy);
                        if (e < 2 * pixel || e > 1 || Math.Abs(u - x) > 3 * pixel || Math.Abs(v - y) > 3 * pixel || Math.Abs(e - extent) > 3 * pixel) continue;
                        double overlap = Overlap(shape, e, u, v);
                        if (overlap <= fit.Overlap) continue;
                        fit = (shape, e, u, v, overlap);
                        better = true;
                    }
                }
            }
            if (fit.Overlap > best.Overlap) best = fit;
        }
        return best;

        double Overlap(ShapeKind shape, double e, double u, double v)
        {
            double common = 0, all = outside;
            for (int py = top; py < bottom; py++)
            {
                for (int px = left; px < right; px++)
                {
                    double drawn = ShapesRenderer.Coverage(shape, e, u, v, side, px, py), there = coverage[py * side + px];
                    common += Math.Min(drawn, there);
                    all += Math.Max(drawn, there);
                }
            }
            return all == 0 ? 0 : common / all;
        }
    }
}
