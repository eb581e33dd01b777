using System.CommandLine;
using ClipGen.Cli.Evaluating;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Shapes;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen eval shapes</c>: how good the shapes model's pictures are, measured from their pixels.</summary>
internal static class EvalCommand
{
    private static readonly Option<string> Model = new("--model", "-m") { Description = "A bundle's folder, or the name of one.", DefaultValueFactory = _ => ShapesModel.Name, HelpName = "bundle" };
    private static readonly Option<int> Candidates = new("--candidates", "-c") { Description = "Pictures for each prompt; the best by CLIP is compared with the first.", DefaultValueFactory = _ => 8, HelpName = "count" };
    private static readonly Option<int> Prompts = new("--prompts") { Description = "How many of the 200 fixed prompts to draw.", DefaultValueFactory = _ => 200, HelpName = "count" };
    private static readonly Option<ulong> Seed = new("--seed", "-s") { Description = "Seed of the first prompt; each further one has the next.", DefaultValueFactory = _ => 1, HelpName = "number" };
    private static readonly Option<string?> Failures = new("--failures") { Description = "Folder for the best-of pictures that are wrong, named after their prompts.", HelpName = "folder" };
    private static readonly Option<int> Threads = new("--threads") { Description = "CPU threads; 0 means one for each core.", DefaultValueFactory = _ => 0, HelpName = "count" };
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of a table." };

    public static Command Create()
    {
        var shapes = new Command("shapes", "Draw 200 fixed prompts of the shapes world, a quarter of them combinations that no training saw, and measure background, colour, shape, size and position in each picture.")
        {
            Model, Candidates, Prompts, Seed, Failures, Threads, Device, Json,
        };
        shapes.SetAction((parsed, cancellationToken) => ShapesEvaluation.RunAsync(
            new(parsed.GetValue(Model)!, parsed.GetValue(Candidates), parsed.GetValue(Prompts), parsed.GetValue(Seed), parsed.GetValue(Failures), parsed.GetValue(Threads), parsed.GetValue(Device)!, parsed.GetValue(Json)),
            cancellationToken));
        return new Command("eval", "Measure how good a model's pictures are.") { shapes };
    }
}
