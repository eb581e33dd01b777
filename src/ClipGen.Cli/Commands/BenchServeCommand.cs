using System.CommandLine;
using ClipGen.Cli.Benchmarks;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Shapes;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen bench serve</c>: a real model behind a cluster, and without one.</summary>
internal static class BenchServeCommand
{
    private const string Description =
        """
        Measure what the cluster costs: a real model on a real device, called directly and through a whole cluster in the same process.

        full slots       so many requests at once that no slot is ever without work: requests a second of the engine alone (encode, sample,
                         decode, rerank) and of the same engine behind gateway, generations, stages and file store, each awaited to its end
                         without its events. Blocks of the one and of the other alternate, so that what else the machine does meanwhile hits
                         both; promised: the cluster costs less than 5 %.
                         While the promise lies within the error of the mean (95 % to one side), pairs are added, up to --max-pairs
        random arrivals  requests come by chance (Poisson) at the shares --load of the cluster's throughput at full slots, whatever is
                         done with them, first to the engine alone, then the same arrivals to the cluster: latency from the intended time of
                         sending, share of the slots in use, refused requests, and goodput: requests a second drawn within --slo

        Every request has a prompt and a seed of its own. Exit code 1 when the promise does not hold, or the error is too large to say so. Takes about
        --seconds × 2 × (--pairs + number of loads), as long again for short blocks, for each begins empty and ends when its last request does, and
        before them --seconds × 2 × --pairs at most for what the runtime compiles first.
        Interrupted (Ctrl+C), it prints what it has measured until then; exit code 130.
        """;

    private static readonly Option<string> Model = new("--model", "-m") { Description = "A bundle's folder, or the name of one.", DefaultValueFactory = _ => ShapesModel.Name, HelpName = "bundle" };
    private static readonly Option<int?> Candidates = NumberOption.Create<int>("--candidates", "Candidates of each request. [default: the model's own, 8 for shapes]", "-c");
    private static readonly Option<int> Slots = NumberOption.Create<int>("--slots", "Sequences that the device samples at once, a multiple of 8.", 8);
    private static readonly Option<int> Pairs = NumberOption.Create<int>("--pairs", "Blocks of each kind at full slots.", 6);
    private static readonly Option<int?> MaxPairs = NumberOption.Create<int>("--max-pairs", "Blocks of each kind at most, while the error is too large for a verdict. [default: four times --pairs]");
    private static readonly Option<double> Seconds = NumberOption.Create<double>("--seconds", "Length of each block, and of each load.", 20);
    private static readonly Option<string> Load = new("--load") { Description = "Loads of random arrivals, as shares of the throughput at full slots; \"\" for none.", DefaultValueFactory = _ => "0.5,0.8", HelpName = "shares" };
    private static readonly Option<double?> Slo = NumberOption.Create<double>("--slo", "Seconds in which a request is to be drawn. [default: three times what a lone one takes]");
    private static readonly Option<ulong> Seed = NumberOption.Create<ulong>("--seed", "Seed of the requests and of their arrivals.", 1, "-s");
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads at most; 0 means one for each core.", 0);
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of a table." };

    public static Command Create()
    {
        var command = new Command("serve", Description) { Model, Candidates, Slots, Pairs, MaxPairs, Seconds, Load, Slo, Seed, Threads, Device, Json };
        command.SetAction((parsed, cancellationToken) => ServeBench.RunAsync(
            new(parsed.GetValue(Model)!, parsed.GetValue(Device)!, parsed.GetValue(Threads), parsed.GetValue(Slots), parsed.GetValue(Candidates), parsed.GetValue(Pairs), parsed.GetValue(MaxPairs),
                parsed.GetValue(Seconds), parsed.GetValue(Load)!, parsed.GetValue(Slo), parsed.GetValue(Seed), parsed.GetValue(Json)),
            cancellationToken));
        return command;
    }
}
