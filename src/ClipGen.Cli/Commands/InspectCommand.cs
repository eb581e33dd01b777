using System.CommandLine;
using ClipGen.Cli.Inspecting;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen inspect</c>: what a picture tells of its origin, and whether that is true.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> File = new("file") { Description = "A PNG file that clipgen has drawn." };
    private static readonly Option<bool> Verify = new("--verify") { Description = "Decode the codes that it carries again, and see whether its pixels are those." };
    private static readonly Option<string?> Model = new("--model", "-m") { Description = "With --verify: the bundle's folder or name. [default: the name that the picture tells]", HelpName = "bundle" };
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads at most; 0 means one for each core.", 0);
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of text." };

    public static Command Create()
    {
        var command = new Command("inspect", "Show how a picture was drawn, from the file alone. Exits with 1 where it does not tell, is damaged, or is not what its codes say.")
        {
            File, Verify, Model, Device, Threads, Json,
        };
        command.Validators.Add(result =>
        {
            foreach (Option forVerify in (Option[])[Model, Device, Threads])
            {
                if (result.GetResult(Verify) is null or { Implicit: true } && result.GetResult(forVerify) is { Implicit: false }) result.AddError($"{forVerify.Name} needs --verify.");
            }
        });
        command.SetAction((parsed, cancellationToken) => InspectRun.RunAsync(
            new(parsed.GetValue(File)!, parsed.GetValue(Json), parsed.GetValue(Verify), parsed.GetValue(Model), parsed.GetValue(Device)!, parsed.GetValue(Threads)), cancellationToken));
        return command;
    }
}
