using System.CommandLine;
using ClipGen.Cli.Serving;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen serve</c>: a silo of a cluster, or the whole cluster in one process.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Http = new("--http") { Description = "Address and port that HTTP is answered at; port 0 takes a free one. [default: 127.0.0.1:8080]", HelpName = "address:port" };
    private static readonly Option<string?> Data = new("--data") { Description = "Folder of images and, without a cluster, of everything that must survive a restart. [default: data]", HelpName = "folder" };
    private static readonly Option<string?> Roles = new("--roles") { Description = "What this silo does: gateway, gpu, or both with a comma. [default: both]", HelpName = "roles" };
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "Where the cluster meets: redis://[user:password@]host:port[/db], or adonet (see the README). [default: none, this process is the cluster]", HelpName = "url" };
    private static readonly Option<string?> Name = new("--name") { Description = "The silo's stable name, unlike any other's. [default: the machine's name and the roles]", HelpName = "name" };
    private static readonly Option<int?> Port = NumberOption.Create<int>("--port", "Port that other silos reach this one at; 0 takes a free one. [default: 11111]");
    private static readonly Option<string?> Devices = new("--devices") { Description = "auto, cpu, cuda:0,cuda:1, … or sim:N for N simulated ones. [default: auto]", HelpName = "devices" };
    private static readonly Option<string?> Models = new("--models") { Description = "Bundles to load on each device: names or folders, with commas. [default: shapes]", HelpName = "bundles" };
    private static readonly Option<string?> Stages = new("--stages") { Description = "What the devices are offered for: encode, sample, decode. [default: all of it]", HelpName = "stages" };
    private static readonly Option<int?> Slots = NumberOption.Create<int>("--slots", "Sequences that a device samples at once. [default: 8; 64 for a simulated one]");
    private static readonly Option<int?> Threads = NumberOption.Create<int>("--threads", "CPU threads of a device at most; 0 means one for each core. [default: 0]");
    private static readonly Option<string?> Images = ImagesOption.Create("files, in the data folder");

    public static Command Create()
    {
        var command = new Command("serve", "Run a silo: by itself, everything in one process and on files; with --cluster, one of many. Stops in good order on Ctrl+C and SIGTERM.")
        {
            Http, Data, Images, Roles, Cluster, Name, Port, Devices, Models, Stages, Slots, Threads,
        };
        command.SetAction((parsed, cancellationToken) => ServeRun.RunAsync(
            new(parsed.GetValue(Http), parsed.GetValue(Data), parsed.GetValue(Roles), parsed.GetValue(Cluster), parsed.GetValue(Name), parsed.GetValue(Port),
                parsed.GetValue(Devices), parsed.GetValue(Models), parsed.GetValue(Stages), parsed.GetValue(Slots), parsed.GetValue(Threads), parsed.GetValue(Images)),
            cancellationToken));
        return command;
    }
}
