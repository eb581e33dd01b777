using System.CommandLine;
using ClipGen.Cli.Generating;
using ClipGen.Cli.Inspecting;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Shapes;

namespace ClipGen.Cli.Commands;

/// <summary><c>clipgen generate</c>: one prompt, drawn by a cluster in this process or by one that runs elsewhere.</summary>
internal static class GenerateCommand
{
    private static readonly Argument<string?> Prompt = new("prompt") { Description = "What to draw, for example \"a large red circle on a white background\". May be left out with --image or --from.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string[]> Image = new("--image", "-i") { Description = "A PNG, JPEG or WebP file to draw more of; blended with the prompt if there is one. May be given several times.", HelpName = "file" };
    private static readonly Option<string?> Weights = new("--weights", "-w") { Description = "Shares of the prompt and of each --image in order, for example 0.7,0.3. [default: equal]", HelpName = "numbers" };
    private static readonly Option<string?> From = new("--from") { Description = "Draw a picture of ours again from what its PNG file tells, and say whether it is the same; whatever is given besides takes the place of that.", HelpName = "file.png" };
    private static readonly Option<int?> Candidates = NumberOption.Create<int>("--candidates", "How many pictures to sample before the best are chosen. [default: the model's own, 8 for shapes]", "-c");
    private static readonly Option<int?> Keep = NumberOption.Create<int>("-n", "How many of the best to keep. [default: 1]");
    private static readonly Option<ulong?> Seed = NumberOption.Create<ulong>("--seed", "The same command with the same seed writes the same bytes. [default: drawn and printed]", "-s");
    private static readonly Option<int?> TopK = NumberOption.Create<int>("--top-k", "Codes to choose from at each step. [default: 500, or all if there are fewer]");
    private static readonly Option<double?> TopP = NumberOption.Create<double>("--top-p", "Choose among the likeliest codes that together have this probability, 0 to 1. [default: 0.95]");
    private static readonly Option<double?> Temperature = NumberOption.Create<double>("--temperature", "Above 1 is bolder, below 1 tamer, 0 always takes the likeliest code. [default: 1]", "-t");
    private static readonly Option<string> Model = new("--model", "-m") { Description = "A bundle's folder, or the name of one; with --cluster, the name of a model that its devices have.", DefaultValueFactory = _ => ShapesModel.Name, HelpName = "bundle" };
    private static readonly Option<string> Out = new("--out", "-o") { Description = "Folder for the pictures; made if it is missing.", DefaultValueFactory = _ => "out", HelpName = "folder" };
    private static readonly Option<string?> Images = ImagesOption.Create("files, in --out");
    private static readonly Option<bool> Grid = new("--grid") { Description = "Also write one contact sheet of the kept pictures, best first, four in a row." };
    private static readonly Option<string?> Format = new("--format", "-f") { Description = "png, jpeg or webp. [default: png]", HelpName = "format" };
    private static readonly Option<bool> NoMetadata = new("--no-metadata") { Description = "Leave prompt, seed and model out of PNG files." };
    private static readonly Option<bool> Quirks = new("--reference-quirks") { Description = "Do as the original code does where it errs: cut long prompts without an end token, and rerank with the wrong pixel range." };
    private static readonly Option<int> Threads = NumberOption.Create<int>("--threads", "CPU threads at most; 0 means one for each core.", 0);
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "Have it drawn by a cluster that runs already, as clipgen serve --cluster names it. [default: none, it is drawn in this process]", HelpName = "url" };
    private static readonly Option<string?> Data = new("--data") { Description = "With --cluster: the gateways' data folder as it is seen from here, whose pictures are copied to --out. [default: data]", HelpName = "folder" };
    private static readonly Option<string?> Server = new("--server") { Description = "Have a server draw it, and write the pictures here; --model is then the name of one of its models. [default: none, it is drawn in this process]", HelpName = "url" };
    private static readonly Option<string?> ApiKey = new("--api-key") { Description = $"With --server: the key. [default: the environment's {ServerRun.ApiKeyVariable}]", HelpName = "key" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on standard output instead of text." };

    public static Command Create()
    {
        var command = new Command("generate", "Draw a prompt: sample candidates, rank them with CLIP, keep the best.")
        {
            Prompt, Image, Weights, From, Candidates, Keep, Seed, TopK, TopP, Temperature, Model, Out, Images, Grid, Format, NoMetadata, Quirks, Threads, Device, Cluster, Data, Server, ApiKey, Json,
        };
        command.Validators.Add(result =>
        {
            bool joins = result.GetResult(Cluster) is not null, sends = result.GetResult(Server) is not null;
            if (joins && sends) result.AddError("--cluster and --server are two ways to have it drawn elsewhere; give one of them.");
            if (result.GetResult(Prompt) is null or { Tokens.Count: 0 } && result.GetResult(From) is null && result.GetResult(Image) is null)
                result.AddError("Say what to draw: a prompt, an --image, or --from a picture.");
            foreach (Option mine in (Option[])[Threads, Device, Images])
            {
                if ((joins || sends) && result.GetResult(mine) is { Implicit: false })
                    result.AddError($"{mine.Name} is for drawing in this process; with {(joins ? "--cluster" : "--server")}, its devices draw as they were started.");
            }
            if (!joins && result.GetResult(Data) is not null) result.AddError("--data is a cluster's folder and needs --cluster; the folder for the pictures is --out.");
            if (!sends && result.GetResult(ApiKey) is not null) result.AddError("--api-key is for a server and needs --server.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var from = parsed.GetValue(From) is { } file ? Picture.Open(file) : null;
            var origin = from?.Origin;
            var prompt = await PromptArguments.ReadAsync(parsed.GetValue(Prompt), parsed.GetValue(Image) ?? [], parsed.GetValue(Weights), origin, cancellationToken);
            var settings = new GenerateSettings(
                new GenerationParameters
                {
                    Prompt = prompt.Text,
                    Prompts = prompt.Prompts,
                    Candidates = parsed.GetValue(Candidates) ?? origin?.Candidates,
                    Keep = parsed.GetValue(Keep) ?? origin?.Keep,
                    Seed = parsed.GetValue(Seed) ?? origin?.Seed,
                    TopK = parsed.GetValue(TopK) ?? origin?.Sampling.TopK,
                    TopP = parsed.GetValue(TopP) ?? origin?.Sampling.TopP,
                    Temperature = parsed.GetValue(Temperature) ?? origin?.Sampling.Temperature,
                    Format = ParseFormat(parsed.GetValue(Format)),
                    EmbedMetadata = !parsed.GetValue(NoMetadata),
                    ReferenceQuirks = parsed.GetValue(Quirks) || origin is { ReferenceQuirks: true },
                    ImageNamePrefix = prompt.Slug,
                },
                prompt.Images,
                origin is not null && parsed.GetResult(Model) is not { Implicit: false } ? origin.Model : parsed.GetValue(Model)!,
                parsed.GetValue(Out)!,
                parsed.GetValue(Grid),
                parsed.GetValue(Json),
                parsed.GetValue(Threads),
                parsed.GetValue(Device)!,
                parsed.GetValue(Cluster),
                parsed.GetValue(Data),
                from,
                parsed.GetValue(Images));
            return await (settings.Cluster is not null ? JoinedRun.RunAsync(settings, cancellationToken)
                : parsed.GetValue(Server) is { } server ? ServerRun.RunAsync(settings, server, parsed.GetValue(ApiKey), cancellationToken)
                : GenerateRun.RunAsync(settings, cancellationToken));
        });
        return command;
    }

    private static ImageFormat? ParseFormat(string? name) => name?.ToLowerInvariant() switch
    {
        null => null,
        "png" => ImageFormat.Png,
        "jpeg" or "jpg" => ImageFormat.Jpeg,
        "webp" => ImageFormat.Webp,
        _ => throw new InvalidRequestException([new("format", $"is '{name}'; use png, jpeg or webp.")]),
    };
}
