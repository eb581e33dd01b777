namespace ClipGen.Training.Shapes.Evaluation;

/// <summary>Which attributes of one picture are as its prompt says.</summary>
public readonly record struct ShapesVerdict(bool Background, bool Colour, bool Shape, bool Size, bool Position)
{
    public bool ColourAndBackground => Background && Colour;

    public bool All => Background && Colour && Shape && Size && Position;

    public static ShapesVerdict Judge(ShapesPrompt prompt, ShapesMeasurement seen) => new(
        seen.Background == prompt.Background, seen.Colour == prompt.Colour, seen.Shape == prompt.Shape, seen.Size == prompt.Size, seen.Position == prompt.Position);
}

/// <summary>Shares of pictures, 0 to 1, that are right in each attribute.</summary>
public sealed record ShapesScore(int Pictures, double Background, double Colour, double Shape, double Size, double Position, double ColourAndBackground, double All)
{
    public static ShapesScore Of(IReadOnlyCollection<ShapesVerdict> verdicts)
    {
        double Share(Func<ShapesVerdict, bool> right) => verdicts.Count == 0 ? 0 : verdicts.Count(right) / (double)verdicts.Count;
        return new(verdicts.Count, Share(v => v.Background), Share(v => v.Colour), Share(v => v.Shape), Share(v => v.Size), Share(v => v.Position), Share(v => v.ColourAndBackground), Share(v => v.All));
    }
}

/// <summary>Whether one way of choosing pictures is better than another on the same prompts.</summary>
public static class PairedComparison
{
    /// <summary>
    /// Exact one-sided sign test (McNemar 1947): the probability of at least this many prompts that only the first way gets
    /// right, among those that exactly one of them gets right, if both were equally good.
    /// </summary>
    public static double SignTest(int onlyFirst, int onlySecond)
    {
        int n = onlyFirst + onlySecond;
        double probability = 0, term = Math.Pow(0.5, n);
        for (int k = 0; k <= n; k++)
        {
            if (k >= onlyFirst) probability += term;
            term *= (n - k) / (k + 1.0);
        }
        return Math.Min(1, probability);
    }
}
