using System.Text;

namespace ClipGen.Cli.Generating;

/// <summary>A prompt as the readable part of a file name.</summary>
internal static class Slug
{
    private const int Longest = 60;

    /// <summary>Lower-case ASCII letters and digits with single dashes between; <c>image</c> if nothing is left.</summary>
    public static string Of(string prompt)
    {
        var slug = new StringBuilder();
        foreach (char c in prompt.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
            if (slug.Length == Longest) break;
        }
        string text = slug.ToString().Trim('-');
        return text.Length == 0 ? "image" : text;
    }
}
