using ClipGen.Cli.Terminal;
using ClipGen.Training.Recipes;

namespace ClipGen.Cli.Training;

/// <summary>What a <c>clipgen train</c> command was asked.</summary>
/// <param name="Images">Folder of own images, or null for the shapes world.</param>
/// <param name="CommandLine">As it was given, for the provenance.</param>
internal sealed record TrainingSettings(
    string Work, string? Images, string Preset, long? Steps, int? BatchSize, double? Rate, bool Quick, int Threads, string Device, string CommandLine)
{
    /// <exception cref="CommandException">A number is out of range or the preset unknown; names everything that is wrong.</exception>
    public TrainingRecipe Recipe()
    {
        var problems = new List<string>();
        if (Steps is < 1) problems.Add($"--steps is {Steps}; it must be at least 1");
        if (BatchSize is < 1 or > 65536) problems.Add($"--batch-size is {BatchSize}; it must be 1 to 65536");
        if (Rate is { } rate && !(rate > 0 && double.IsFinite(rate))) problems.Add($"--rate is {Rate}; it must be a positive number");
        if (Threads < 0) problems.Add($"--threads is {Threads}; it must be 0 or more");
        var preset = Preset switch { "shapes" => TrainingRecipe.Shapes, "coco" => TrainingRecipe.Coco, _ => null };
        if (preset is null) problems.Add($"--preset is '{Preset}'; use shapes or coco");
        if (problems.Count > 0) throw new CommandException(string.Join("; ", problems) + ".");

        var recipe = Quick ? preset!.Quick() : preset!;
        return recipe with
        {
            Clip = recipe.Clip with { Steps = Steps ?? recipe.Clip.Steps, BatchSize = BatchSize ?? recipe.Clip.BatchSize, Rate = Rate ?? recipe.Clip.Rate },
            Vqgan = recipe.Vqgan with { Steps = Steps ?? recipe.Vqgan.Steps, BatchSize = BatchSize ?? recipe.Vqgan.BatchSize, Rate = Rate ?? recipe.Vqgan.Rate },
            Gpt = recipe.Gpt with { Steps = Steps ?? recipe.Gpt.Steps, BatchSize = BatchSize ?? recipe.Gpt.BatchSize, Rate = Rate ?? recipe.Gpt.Rate },
        };
    }
}
