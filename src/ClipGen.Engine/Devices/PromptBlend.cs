namespace ClipGen.Engine.Devices;

/// <summary>
/// Blends encoded prompts on the unit sphere, where CLIP's embeddings lie: a straight mean would leave it, and would favour the part that
/// the others are near to.
/// </summary>
public static class PromptBlend
{
    /// <summary>Below this distance from parallel or opposite, in radians, the plane of the two vectors is rounding.</summary>
    private const double LeastAngle = 1e-6;

    /// <summary>
    /// Part after part: the blend so far moves along the great circle towards the next part by its share, <c>t = w / (sum of weights so far + w)</c>.
    /// With more than two parts their order matters a little.
    /// </summary>
    /// <param name="parts">At least one; vectors of one length, each L2-normalised, and positive weights.</param>
    /// <returns>L2-normalised; a single part as it is. Tokens and device time are summed.</returns>
    /// <exception cref="ArgumentException">No part, or a weight that is not positive.</exception>
    public static EncodedPrompt Of(IReadOnlyList<(EncodedPrompt Prompt, double Weight)> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("A blend has at least one part.", nameof(parts));
        if (!parts.All(part => part.Weight > 0 && double.IsFinite(part.Weight))) throw new ArgumentException("A part's weight is a positive number.", nameof(parts));
        if (parts.Count == 1) return parts[0].Prompt;
        double most = parts.Max(part => part.Weight);   // so that no sum of weights overflows
        double[] blend = Array.ConvertAll(parts[0].Prompt.Vector, x => (double)x);
        double sum = parts[0].Weight / most;
        foreach (var (prompt, weight) in parts.Skip(1))
        {
            sum += weight / most;
            blend = Slerp(blend, Array.ConvertAll(prompt.Vector, x => (double)x), weight / most / sum);
        }
        return new(
            Array.ConvertAll(blend, x => (float)x), parts.Sum(part => part.Prompt.Tokens), parts.Any(part => part.Prompt.Truncated), parts.Sum(part => part.Prompt.DeviceSeconds));
    }

    /// <summary>
    /// Spherical linear interpolation (Shoemake 1985, "Animating Rotation with Quaternion Curves", §3.3):
    /// <c>sin((1 − t)Ω)/sin Ω · a + sin(tΩ)/sin Ω · b</c>, where Ω is the angle between a and b.
    /// Opposite vectors have no one great circle between them: the nearer one is taken, a up to t = ½, then b.
    /// </summary>
    /// <param name="a">Of length 1.</param>
    /// <param name="b">Of length 1.</param>
    /// <param name="t">0 gives a, 1 gives b.</param>
    /// <returns>Of length 1.</returns>
    internal static double[] Slerp(double[] a, double[] b, double t)
    {
        // Kahan's form: exact to the last bits at small angles, too, where the arc cosine is not.
        double angle = 2 * Math.Atan2(Length(a, b, -1), Length(a, b, +1));
        if (Math.PI - angle < LeastAngle) return t <= 0.5 ? a : b;
        var (of, to) = angle < LeastAngle ? (1 - t, t) : (Math.Sin((1 - t) * angle), Math.Sin(t * angle));
        double[] blend = [.. a.Zip(b, (x, y) => of * x + to * y)];
        double length = Math.Sqrt(blend.Sum(x => x * x));   // sin Ω, and the rounding of the embeddings' own lengths
        return Array.ConvertAll(blend, x => x / length);
    }

    /// <summary>‖a + sign · b‖.</summary>
    private static double Length(double[] a, double[] b, int sign) => Math.Sqrt(a.Zip(b, (x, y) => (x + sign * y) * (x + sign * y)).Sum());
}
