using System.CommandLine;
using ClipGen.Cli.Benchmarks;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen bench</c>: how fast things are, measured here.</summary>
internal static class BenchCommand
{
    private const string ClusterDescription =
        """
        Measure the scheduler: a whole cluster in this process, on simulated devices that take a GPU's time and next to none of the processor's.

        Measured one after the other, each in a fresh cluster:
          full slots      sequences a second with a queue that never runs out, against slots × devices / (codes × step); promised: 0.97
          short requests  how much later than in an idle cluster one picture gets its slot while batch work fills everything; promised: 95 of 100 by less than one candidate time
          fairness        what two tenants get who both always wait, with weights 1:1 and 3:1; promised: within 5 %
          waiting         mean wait at 70 % load and random arrivals, against an M/D/c queue with the same arrivals
          cost            processor time of a sequence, with a quarter of the devices, all of them, and with --scaling four times as many; promised: no faster than in proportion to the devices

        Exit code 1 when a promise does not hold. Processor times are the whole process's, the making of the load included; images and grain
        states stay in memory. Takes about six times --seconds.
        """;

    private static readonly Option<string> Devices = new("--devices") { Description = "How many simulated devices.", DefaultValueFactory = _ => "sim:64", HelpName = "sim:N" };
    private static readonly Option<int> Slots = NumberOption.Create<int>("--slots", "Sequences that a device samples at once.", 64);
    private static readonly Option<double> Step = NumberOption.Create<double>("--step-ms", "Milliseconds that a device takes for a step of all its slots.", 20);
    private static readonly Option<int> Codes = NumberOption.Create<int>("--codes", "Codes of a candidate: the steps it takes.", 256);
    private static readonly Option<int> Candidates = NumberOption.Create<int>("--candidates", "Candidates of each request of a backlog.", 8, "-c");
    private static readonly Option<double> Seconds = NumberOption.Create<double>("--seconds", "Length of each measurement, without its warm-up of a little more than two candidate times.", 30);
    private static readonly Option<bool> Scaling = new("--scaling") { Description = "Measure the cost with four times the devices, too." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of a table." };

    public static Command Create()
    {
        var cluster = new Command("cluster", ClusterDescription) { Devices, Slots, Step, Codes, Candidates, Seconds, Scaling, Json };
        cluster.SetAction((parsed, cancellationToken) => ClusterBench.RunAsync(
            new(parsed.GetValue(Devices)!, parsed.GetValue(Slots), parsed.GetValue(Step), parsed.GetValue(Codes), parsed.GetValue(Candidates), parsed.GetValue(Seconds), parsed.GetValue(Scaling), parsed.GetValue(Json)),
            cancellationToken));
        return new Command("bench", "Measure how fast things are, and whether what is promised holds.") { cluster, BenchServeCommand.Create(), BenchCostCommand.Telemetry(), BenchCostCommand.Previews() };
    }
}
