using System.Globalization;

namespace ClipGen.Silo.Loading;

/// <summary>A device as it is asked for: a kind and a number (which one, or how many simulated ones).</summary>
public readonly record struct DeviceName(string Kind, int? Number)
{
    /// <exception cref="FormatException">The text names no device.</exception>
    public static DeviceName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no device; use auto, cpu, cuda, cuda:N, or sim:N.");

    public static bool TryParse(string? text, out DeviceName name)
    {
        string[] parts = (text ?? "").Split(':');
        int? number = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;
        name = new(parts[0], number);
        bool numbered = parts.Length == 2;
        return parts.Length <= 2 && (!numbered || number is not null) && parts[0] switch
        {
            "auto" or "cpu" => !numbered,
            "cuda" => true,
            "sim" => number is null or (>= 1 and <= 4096),
            _ => false,
        };
    }
}
