using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>Queries of the dashboards and rules under <c>deploy</c>.</summary>
internal static partial class Dashboards
{
    public static string Rules { get; } = Path.Combine(Repository.Root, "deploy", "prometheus", "clipgen.rules.yml");

    public static string[] Files { get; } = [.. Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "grafana"), "*.json").Order(StringComparer.Ordinal)];

    /// <summary>Every panel's queries, with the variables that Grafana would fill in filled in.</summary>
    public static IEnumerable<(string Panel, string Query)> Queries() =>
        from file in Files
        from panel in Panels(JsonElement.Parse(File.ReadAllText(file)))
        from target in panel.GetProperty("targets").EnumerateArray()
        select ($"{Path.GetFileNameWithoutExtension(file)}: {panel.GetProperty("title").GetString()}", Filled(target.GetProperty("expr").GetString()!));

    public static IEnumerable<JsonElement> Panels(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");

    /// <summary>The names of series in a query: what is left of its words without texts, label lists, functions and operators.</summary>
    public static IEnumerable<string> Series(string query)
    {
        string bare = Grouping().Replace(Matchers().Replace(Texts().Replace(query, "\"\""), ""), " ");
        return Words().Matches(bare).Select(word => word.Value).Where(word => !Operators.Contains(word)).Distinct();
    }

    private static readonly HashSet<string> Operators = ["and", "or", "unless", "bool", "offset"];

    private static string Filled(string query) => query
        .Replace("$__rate_interval", "30s", StringComparison.Ordinal)
        .Replace("$__range", "1m", StringComparison.Ordinal)
        .Replace("$model", ".*", StringComparison.Ordinal)
        .Replace("$silo", ".*", StringComparison.Ordinal);

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()")]
    private static partial Regex Words();
}
