using System.CommandLine;
using ClipGen.Cli.Benchmarks;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Shapes;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen bench telemetry</c> and <c>clipgen bench previews</c>: what something costs that a cluster may do without.</summary>
internal static class BenchCostCommand
{
    private const string How =
        """


        So many requests are on their way that no slot is ever without work. Blocks of the one and of the other alternate, so that what else
        the machine does meanwhile hits both. While the promise lies within the error of the mean (95 % to one side), pairs are added, up to
        --max-pairs. Exit code 1 when the promise does not hold, or the error is too large to say so. Takes about --seconds × 2 × --pairs,
        half as long again for the ends of the blocks, and before them as long at most for what the runtime compiles first. Interrupted (Ctrl+C), it prints the pairs until then; exit code 130.
        """;

    private const string TelemetryDescription =
        """
        Measure what telemetry costs: a whole cluster in this process on a real model, with every span (sampling 100 %) and metric sent by OTLP to
        a collector in the same process, against the same cluster with none; promised: 0.97 of its throughput.
        """;

    private const string PreviewsDescription =
        """
        Measure what previews cost: a whole cluster in this process on a real model, with three previews of every request, against the same
        cluster with none; promised: 0.95 of its throughput. Previews that would come late, or take more than 3 % of the device's time, are left
        out: how many were shown is told.
        """;

    private static readonly Option<string> Model = new("--model", "-m") { Description = "A bundle's folder, or the name of one.", DefaultValueFactory = _ => ShapesModel.Name, HelpName = "bundle" };
    private static readonly Option<int?> Candidates = NumberOption.Create<int>("--candidates", "Candidates of each request. [default: the model's own, 8 for shapes]", "-c");
    private static readonly Option<int> Slots = NumberOption.Create<int>("--slots", "Sequences that the device samples at once, a multiple of 8.", 8);
    private static readonly Option<int> Pairs = NumberOption.Create<int>("--pairs", "Blocks of each kind.", 6);
    private static readonly Option<int?> MaxPairs = NumberOption.Create<int>("--max-pairs", "Blocks of each kind at most, while the error is too large for a verdict. [default: four times --pairs]");
    private static readonly Option<double> Seconds = NumberOption.Create<double>("--seconds", "Length of each block.", 20);
    private static readonly Option<ulong> Seed = NumberOption.Create<ulong>("--seed", "Seed of the requests.", 1, "-s");
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads at most; 0 means one for each core.", 0);
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of a table." };

    public static Command Telemetry() => Create("telemetry", TelemetryDescription, TelemetryBench.RunAsync);

    public static Command Previews() => Create("previews", PreviewsDescription, PreviewsBench.RunAsync);

    private static Command Create(string name, string description, Func<ServeBenchSettings, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description + How) { Model, Candidates, Slots, Pairs, MaxPairs, Seconds, Seed, Threads, Device, Json };
        command.SetAction((parsed, cancellationToken) => run(
            new(parsed.GetValue(Model)!, parsed.GetValue(Device)!, parsed.GetValue(Threads), parsed.GetValue(Slots), parsed.GetValue(Candidates), parsed.GetValue(Pairs), parsed.GetValue(MaxPairs),
                Seconds: parsed.GetValue(Seconds), Loads: "", Slo: null, Seed: parsed.GetValue(Seed), Json: parsed.GetValue(Json)),
            cancellationToken));
        return command;
    }
}
