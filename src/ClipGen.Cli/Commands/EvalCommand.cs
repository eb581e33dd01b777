using System.CommandLine;
using ClipGen.Cli.Evaluating;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Shapes;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen eval shapes</c>: how good the shapes model's pictures are, measured from their pixels.</summary>
internal static class EvalCommand
{
    private static readonly Option<string> Model = new("--model", "-m") { Description = "A bundle's folder, or the name of one.", DefaultValueFactory = _ => ShapesModel.Name, HelpName = "bundle" };
    private static readonly Option<int> Candidates = NumberOption.Create<int>("--candidates", "Pictures for each prompt; the best by CLIP is compared with the first.", 8, "-c");
    private static readonly Option<int> Prompts = NumberOption.Create<int>("--prompts", "How many of the 200 fixed prompts to draw.", 200);
    private static readonly Option<ulong> Seed = NumberOption.Create<ulong>("--seed", "Seed of the first prompt; each further one has the next.", 1, "-s");
    private static readonly Option<string?> Failures = new("--failures") { Description = "Folder for the best-of pictures that are wrong, named after their prompts.", HelpName = "folder" };
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads at most; 0 means one for each core.", 0);
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
