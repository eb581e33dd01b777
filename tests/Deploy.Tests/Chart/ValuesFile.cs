using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>The chart's values.yaml, with what its comments say.</summary>
internal static partial class ValuesFile
{
    public static string Path { get; } = System.IO.Path.Combine(Helm.ChartFolder, "values.yaml");

    /// <param name="Key">As <c>gateway.image.tag</c>.</param>
    /// <param name="Text">What it does; null where nothing is said.</param>
    /// <param name="Default">In JSON.</param>
    public sealed record Entry(string Key, string? Text, string Default);

    /// <summary>Every value that is described, and every one that neither is nor lies within one that is.</summary>
    public static IReadOnlyList<Entry> Entries()
    {
        var tree = Tree();
        var entries = new List<Entry>();
        var open = new Stack<(int Indent, string Key, bool Described)>();
        string? comment = null;
        foreach (string line in File.ReadLines(Path))
        {
            if (Comment().Match(line) is { Success: true } said)
            {
                comment = said.Groups["text"].Value;
                continue;
            }
            if (Key().Match(line) is not { Success: true } key)
            {
                comment = null;
                continue;
            }
            int indent = key.Groups["indent"].Length;
            while (open.TryPeek(out var top) && top.Indent >= indent) open.Pop();
            string path = string.Join('.', open.Reverse().Select(o => o.Key).Append(key.Groups["key"].Value));
            bool within = open.Any(o => o.Described);
            open.Push((indent, key.Groups["key"].Value, comment is not null));
            if (within)
            {
                comment = null;
                continue;
            }
            var value = path.Split('.').Aggregate((YamlNode)tree, (node, part) => node[part]);
            if (comment is not null || value is not YamlMappingNode { Children.Count: > 0 }) entries.Add(new(path, comment, Json(value)));
            comment = null;
        }
        return entries;
    }

    /// <summary>All of it, as a tree.</summary>
    public static YamlMappingNode Tree()
    {
        var stream = new YamlStream();
        using var reader = new StringReader(File.ReadAllText(Path));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static string Json(YamlNode node) => node switch
    {
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } plain when plain.Value is "true" or "false" || double.TryParse(plain.Value, CultureInfo.InvariantCulture, out _) => plain.Value!,
        YamlScalarNode scalar => JsonSerializer.Serialize(scalar.Value),
        YamlSequenceNode sequence => $"[{string.Join(", ", sequence.Children.Select(Json))}]",
        YamlMappingNode mapping => $"{{{string.Join(", ", mapping.Children.Select(child => $"{JsonSerializer.Serialize(((YamlScalarNode)child.Key).Value)}: {Json(child.Value)}"))}}}",
        _ => "",
    };

    [GeneratedRegex("^ *# -- (?<text>.+)$")]
    private static partial Regex Comment();

    [GeneratedRegex("^(?<indent> *)(?<key>[A-Za-z0-9]+):(?: .*)?$")]
    private static partial Regex Key();
}
