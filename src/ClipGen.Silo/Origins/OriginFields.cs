using System.Globalization;
using System.Numerics;

namespace ClipGen.Silo.Origins;

/// <summary>The texts of a PNG file that tell its origin, each read with a check of its form.</summary>
internal sealed class OriginFields
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">One is there twice, so that nobody can say which counts.</exception>
    public OriginFields(IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        foreach (var (keyword, text) in texts)
        {
            if (keyword.StartsWith(OriginKeys.Prefix, StringComparison.Ordinal) && !_texts.TryAdd(keyword, text))
                throw new InvalidDataException($"The image tells its {Name(keyword)} twice.");
        }
    }

    public bool IsEmpty => _texts.Count == 0;

    public bool Has(string key) => _texts.ContainsKey(key);

    public string Text(string key, Func<string, bool> isRight)
    {
        string text = _texts.GetValueOrDefault(key) ?? throw Missing(key);
        return isRight(text) ? text : throw Wrong(key, text);
    }

    /// <returns>Null where it is not there.</returns>
    public T? Number<T>(string key, T least, T most) where T : struct, INumber<T>
    {
        if (!_texts.TryGetValue(key, out string? text)) return null;
        return T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out T number) && number >= least && number <= most ? number : throw Wrong(key, text);
    }

    public (SamplingParameters Sampling, bool ReferenceQuirks) Sampling()
    {
        string text = Text(OriginKeys.Sampling, text => text.Length <= 200);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string part in text.Split(' '))
        {
            if (part.Split('=') is not [var name, var value] || !values.TryAdd(name, value)) throw Wrong(OriginKeys.Sampling, text);
        }
        if (values.Count == 4
            && int.TryParse(values.GetValueOrDefault("top_k"), NumberStyles.None, CultureInfo.InvariantCulture, out int topK) && topK >= 1
            && Real("top_p") is { } topP and >= 0 and <= 1
            && Real("temperature") is { } temperature && temperature >= 0 && double.IsFinite(temperature)
            && values.GetValueOrDefault("reference_quirks") is { } quirks and ("true" or "false"))
        {
            return (new(topK, topP, temperature), quirks == "true");
        }
        throw Wrong(OriginKeys.Sampling, text);

        double? Real(string name) => double.TryParse(values.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? real : null;
    }

    public int[] Codes() => PackedCodes.Unpack(_texts[OriginKeys.Codes]) ?? throw Wrong(OriginKeys.Codes, _texts[OriginKeys.Codes]);

    public IReadOnlyList<OriginPart> Parts() => OriginPart.Read(_texts[OriginKeys.Prompts]) ?? throw Wrong(OriginKeys.Prompts, _texts[OriginKeys.Prompts]);

    public static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    public static InvalidDataException Missing(string key) => new($"The image tells something of its origin, but not its {Name(key)}.");

    private static InvalidDataException Wrong(string key, string text)
    {
        const int Shown = 40;
        string start = new([.. text.Take(Shown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return new($"What the image tells as its {Name(key)} cannot be one: '{start}{(text.Length > Shown ? "…" : "")}'.");
    }

    private static string Name(string key)
    {
        string name = key[OriginKeys.Prefix.Length..];
        return new([.. name.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);
    }
}
