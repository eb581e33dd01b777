using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What a bench prints that measures the same cluster without something and with it.</summary>
/// <param name="Candidates">Of each request.</param>
/// <param name="Notes">Numbers that show that it was really there, by their names in JSON.</param>
internal sealed record CostReport(ServeBenchSettings Settings, EngineModel Model, DeviceInfo Device, int Candidates, PairTable Table, IReadOnlyList<(string Name, long Number)> Notes)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Prints it, as text or as JSON.</summary>
    /// <returns>The exit code.</returns>
    public int Print()
    {
        Console.Out.Write(Settings.Json ? ToJson() : ToText());
        return Table.Verdict == Verdict.Holds ? 0 : CommandRunner.Failed;
    }

    private string ToText()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Model.Name} {Model.Digest[..12]} on {Device.Name} with {Device.Slots} slots; {Candidates} candidates of {Model.CodesPerImage} codes a request, {Environment.ProcessorCount} processors\n\n");
        Table.Write(text);
        text.AppendJoin(", ", Notes.Select(note => string.Create(CultureInfo.InvariantCulture, $"{note.Number} {note.Name.Replace('_', ' ')}"))).Append("\n\n");
        Table.WriteVerdict(text);
        return text.ToString();
    }

    private string ToJson()
    {
        var (compared, with, without) = (Table.Compared, Table.With, Table.Without);
        var json = new JsonObject
        {
            ["model"] = Model.Name,
            ["model_digest"] = Model.Digest,
            ["device"] = Device.Name,
            ["slots"] = Device.Slots,
            ["candidates"] = Candidates,
            ["seconds"] = Settings.Seconds,
            ["processors"] = Environment.ProcessorCount,
            [$"{with}_vs_{without}"] = compared.Ratio,
            [$"{with}_vs_{without}_standard_error"] = compared.StandardError,
            [$"{with}_vs_{without}_margin"] = compared.Margin,
            [$"{without}_requests_per_second"] = compared.WithoutRate,
            [$"{with}_requests_per_second"] = compared.WithRate,
            [$"{without}_processor_seconds_per_request"] = compared.WithoutProcessorTime,
            [$"{with}_processor_seconds_per_request"] = compared.WithProcessorTime,
            ["pairs"] = new JsonArray([.. compared.Pairs.Select(pair => new JsonObject
            {
                [$"{without}_requests_per_second"] = pair.Without.Rate,
                [$"{with}_requests_per_second"] = pair.With.Rate,
            })]),
        };
        foreach (var (name, number) in Notes) json[name] = number;
        json["verdict"] = Table.VerdictName;
        json["promises_hold"] = Table.Verdict == Verdict.Holds;
        json["failures"] = new JsonArray([.. Table.Failures.Select(failure => JsonValue.Create(failure))]);
        return json.ToJsonString(Options) + "\n";
    }
}
