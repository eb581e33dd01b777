using System.CommandLine;
using ClipGen.Cli.Chaos;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen chaos</c>: a cluster of processes under load, whose processes are killed.</summary>
internal static class ChaosCommand
{
    private static readonly Option<int> Generations = NumberOption.Create<int>("--generations", "Generations to send at least; they go on as long as there are kills.", 200);
    private static readonly Option<int> Kills = NumberOption.Create<int>("--kills", "Processes to kill or to stop for a while.", 20);
    private static readonly Option<double> Pause = NumberOption.Create<double>("--pause", "Mean seconds between two blows. A process that starts again keeps a few cores busy; a longer pause shows what a cluster of as many machines does.", 2);
    private static readonly Option<ulong> Seed = NumberOption.Create<ulong>("--seed", "Seed of the requests, and of what is killed when.", 1, "-s");
    private static readonly Option<int> Gateways = NumberOption.Create<int>("--gateways", "Gateway processes.", 2);
    private static readonly Option<int> Gpus = NumberOption.Create<int>("--gpus", "Processes with one simulated device each.", 3);
    private static readonly Option<double> Rate = NumberOption.Create<double>("--rate", "Generations sent in a second.", 4);
    private static readonly Option<bool> Total = new("--total") { Description = "Also kill the last gateway and the last device." };
    private static readonly Option<string?> Redis = new("--redis-server") { Description = "The program redis-server. [default: the one in PATH]", HelpName = "file" };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder for logs, images and Redis' file; must be empty or missing. [default: a temporary one]", HelpName = "folder" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Leave the folder there at the end." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of a table." };

    public static Command Create()
    {
        var command = new Command("chaos", "Run a cluster of simulated devices in processes of their own, send it generations, kill processes meanwhile, and compare every image with an undisturbed run. Exit code 1 if a generation was lost, an image is there twice, or one differs.")
        {
            Generations, Kills, Pause, Seed, Gateways, Gpus, Rate, Total, Redis, Data, Keep, Json,
        };
        command.SetAction((parsed, cancellationToken) => ChaosRun.RunAsync(
            new(parsed.GetValue(Generations), parsed.GetValue(Kills), parsed.GetValue(Pause), parsed.GetValue(Seed), parsed.GetValue(Gateways), parsed.GetValue(Gpus), parsed.GetValue(Rate),
                parsed.GetValue(Total), parsed.GetValue(Redis), parsed.GetValue(Data), parsed.GetValue(Keep), parsed.GetValue(Json)),
            cancellationToken));
        return command;
    }
}
