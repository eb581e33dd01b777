using ClipGen.Training.Data.Shapes;

namespace ClipGen.Training.Shapes.Evaluation;

/// <summary>Finds the shape, place and size that cover a picture's pixels best.</summary>
internal static class ShapeFit
{
    /// <param name="coverage">Side × side values, 0 to 1.</param>
    /// <param name="box">Where the object is, in fractions of the side; the search stays within two pixels of it.</param>
    public static (ShapeKind Shape, double Extent, double X, double Y, double Overlap) Best(double[] coverage, int side, (double Left, double Top, double Right, double Bottom) box)
    {
        double x = (box.Left + box.Right) / 2, y = (box.Top + box.Bottom) / 2, extent = Math.Max(box.Right - box.Left, box.Bottom - box.Top), pixel = 1.0 / side;
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
            double common = 0, all = 0;
            for (int py = 0, at = 0; py < side; py++)
            {
                for (int px = 0; px < side; px++, at++)
                {
                    double drawn = ShapesRenderer.Coverage(shape, e, u, v, side, px, py);
                    common += Math.Min(drawn, coverage[at]);
                    all += Math.Max(drawn, coverage[at]);
                }
            }
            return all == 0 ? 0 : common / all;
        }
    }
}
