namespace ClipGen.Engine.Devices;

/// <summary>
/// Codes for the rows that are not drawn yet, so that what is drawn can be decoded. Each is the code drawn most often so far: for most
/// pictures that is the background, and one code over and over decodes to an even area, where an arbitrary one would be a pattern and
/// the last row's would be streaks that draw the eye.
/// </summary>
internal static class PreviewFill
{
    /// <param name="drawn">At least one code, in raster order.</param>
    /// <param name="length">Codes of a whole image.</param>
    public static int[] Complete(int[] drawn, int length)
    {
        int calm = drawn.GroupBy(code => code).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
        var codes = new int[length];
        Array.Fill(codes, calm);
        drawn.CopyTo(codes, 0);
        return codes;
    }
}
