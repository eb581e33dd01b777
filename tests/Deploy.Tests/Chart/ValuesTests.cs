using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>Values, their schema, and what the README says about them are one and the same.</summary>
public sealed class ValuesTests
{
    private const string Begin = "<!-- made from values.yaml -->", End = "<!-- end -->";

    // What is handed on to Kubernetes, or belongs to Helm, is not ours to close.
    private static readonly string[] Open = ["$.definitions.kubernetes", "$.definitions.pool.properties.affinity", "$.properties.global"];

    private static readonly string ReadmePath = Path.Combine(Helm.ChartFolder, "README.md");

    [Fact]
    public void Every_value_is_described()
    {
        Assert.Empty(ValuesFile.Entries().Where(e => e.Text is null).Select(e => e.Key));
        Assert.All(ValuesFile.Entries(), e => Assert.EndsWith(".", e.Text));
    }

    [Fact]
    public void The_schema_is_closed()
    {
        var problems = new List<string>();
        foreach (var (path, node) in Objects(Schema(), "$"))
        {
            if (node["type"]?.ToString() != "object" || Open.Contains(path)) continue;
            if (node["additionalProperties"] is null || (node["additionalProperties"] is JsonValue value && value.TryGetValue(out bool open) && open)) problems.Add(path);
        }
        Assert.Empty(problems);
    }

    [Fact]
    public void The_schema_knows_every_value_and_no_other()
    {
        var problems = new List<string>();
        Compare(ValuesFile.Tree(), Schema(), "", problems);
        Assert.Empty(problems);
    }

    [Fact]
    public void The_README_lists_them()
    {
        string readme = File.ReadAllText(ReadmePath);
        int begin = readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = readme.IndexOf(End, StringComparison.Ordinal);
        string actual = readme[..begin] + Tables() + readme[end..];
        if (Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") File.WriteAllText(ReadmePath, actual);

        Assert.True(File.ReadAllText(ReadmePath) == actual, $"Values have changed, and {ReadmePath} says something else; run this test with CLIPGEN_APPROVE=1, which writes its tables anew.");
    }

    private static string Tables()
    {
        var text = new StringBuilder("\n\n| value | default | what it does |\n|---|---|---|\n");
        foreach (var entry in ValuesFile.Entries())
        {
            // What fills a line by itself is better read where it stands.
            string value = entry.Default.Length > 60 ? "see values.yaml" : $"`{entry.Default}`";
            text.Append($"| `{entry.Key}` | {value} | {Cell(entry.Text!)} |\n");
        }
        text.Append("\n### Pools\n\nOf each pool under `pools`; a name is at most 20 letters, digits and dashes.\n\n| value | what it does |\n|---|---|\n");
        foreach (var (key, schema) in Pool())
        {
            text.Append($"| `{key}` | {Cell(schema["description"]!.ToString())} |\n");
            foreach (var (inner, innerSchema) in schema["properties"]?.AsObject() ?? []) text.Append($"| `{key}.{inner}` | {Cell(innerSchema!["description"]!.ToString())} |\n");
        }
        return text.Append('\n').ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static JsonNode Schema() => JsonNode.Parse(File.ReadAllText(Path.Combine(Helm.ChartFolder, "values.schema.json")))!;

    private static IEnumerable<(string Key, JsonNode Schema)> Pool() => Schema()["definitions"]!["pool"]!["properties"]!.AsObject().Select(p => (p.Key, p.Value!));

    private static IEnumerable<(string Path, JsonObject Node)> Objects(JsonNode? node, string path)
    {
        if (node is JsonObject map)
        {
            yield return (path, map);
            foreach (var (key, child) in map)
            {
                foreach (var inner in Objects(child, $"{path}.{key}")) yield return inner;
            }
        }
    }

    private static void Compare(YamlMappingNode values, JsonNode schema, string path, List<string> problems)
    {
        if (schema["properties"] is not JsonObject known) return;   // a map of the user's own
        string[] here = [.. values.Children.Keys.Select(k => ((YamlScalarNode)k).Value!)], there = [.. known.Select(k => k.Key)];
        problems.AddRange(here.Except(there).Select(key => $"{path}{key} is in values.yaml and not in the schema"));
        problems.AddRange(there.Except(here).Where(key => key != "global").Select(key => $"{path}{key} is in the schema and not in values.yaml"));
        foreach (var (key, child) in values.Children)
        {
            string name = ((YamlScalarNode)key).Value!;
            if (child is YamlMappingNode map && known[name] is { } inner) Compare(map, inner, $"{path}{name}.", problems);
        }
    }
}
