using ClipGen.Cli.Generating;
using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Devices;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Cli.Evaluating;

/// <summary>What <c>clipgen eval shapes</c> was asked.</summary>
internal sealed record EvaluationSettings(string Model, int Candidates, int Prompts, ulong Seed, string? Failures, int Threads, string Device, bool Json);

/// <summary>Draws the fixed prompts on one device, with the default sampling settings, and judges every picture.</summary>
internal static class ShapesEvaluation
{
    public static async Task<int> RunAsync(EvaluationSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Candidates is < 1 or > GenerationRequest.MaxCandidates) throw new CommandException($"--candidates is {settings.Candidates}; it must be 1 to {GenerationRequest.MaxCandidates}.");
        if (settings.Prompts is < 1 or > ShapesPrompts.Count) throw new CommandException($"--prompts is {settings.Prompts}; it must be 1 to {ShapesPrompts.Count}.");
        using var line = new StatusLine();
        var bundle = ModelBundle.Open(settings.Model);
        line.Show("loading the model …");
        await using var engine = await DeviceEngine.StartAsync(bundle, DeviceOption.Parse(settings.Device), new EngineOptions { Threads = settings.Threads }, cancellationToken);

        var judged = new List<JudgedPrompt>();
        foreach (var prompt in ShapesPrompts.All.Take(settings.Prompts))
        {
            var verdicts = await JudgeAsync(engine, prompt, settings.Seed + (ulong)judged.Count, settings, cancellationToken);
            judged.Add(verdicts);
            line.Show($"drawing and judging {StatusLine.Bar(judged.Count / (double)settings.Prompts)} {judged.Count}/{settings.Prompts}");
        }
        line.Dispose();
        var report = ShapesReport.Of(bundle, settings, judged);
        Console.Out.Write(settings.Json ? report.ToJson() : report.ToText());
        return 0;
    }

    private static async Task<JudgedPrompt> JudgeAsync(DeviceEngine engine, ShapesPrompt prompt, ulong seed, EvaluationSettings settings, CancellationToken cancellationToken)
    {
        // The settings that a request has when it says nothing else.
        var defaults = GenerationRequest.Create(new() { Prompt = prompt.Text, Seed = seed }, engine.Model.Describe()).Sampling;
        var sampling = new ClipGen.Engine.Sampling.SamplingParameters(defaults.TopK, defaults.TopP, defaults.Temperature);
        var encoded = await engine.EncodeAsync(prompt.Text, referenceQuirks: false, cancellationToken);
        var sampled = await Task.WhenAll(Enumerable.Range(0, settings.Candidates).Select(candidate =>
            engine.SampleAsync(new(encoded.Vector, seed, candidate, sampling), onStep: null, cancellationToken)));
        var ranked = await engine.DecodeAndRankAsync(
            new(encoded.Vector, [.. sampled.Select(candidate => (candidate.Candidate, candidate.Codes))], settings.Candidates, ImageFileFormat.Png, Metadata: null, ReferenceQuirks: false), cancellationToken);
        var verdicts = new ShapesVerdict[settings.Candidates];
        Parallel.For(0, settings.Candidates, i =>
            verdicts[i] = ShapesVerdict.Judge(prompt, ShapesJudge.Measure(ImageReader.Decode(ranked.Candidates[i].File!))));
        int first = ranked.Candidates.ToList().FindIndex(candidate => candidate.Candidate == 0);
        if (settings.Failures is not null && !verdicts[0].All)
        {
            Directory.CreateDirectory(settings.Failures);
            await File.WriteAllBytesAsync(Path.Combine(settings.Failures, $"{Slug.Of(prompt.Text)}-{seed}.png"), ranked.Candidates[0].File!, cancellationToken);
        }
        return new(prompt, First: verdicts[first], Best: verdicts[0], verdicts);
    }
}

/// <param name="First">Candidate 0: what one candidate alone would have given.</param>
/// <param name="Best">The candidate that CLIP ranks first.</param>
/// <param name="All">Every candidate, best first.</param>
internal sealed record JudgedPrompt(ShapesPrompt Prompt, ShapesVerdict First, ShapesVerdict Best, IReadOnlyList<ShapesVerdict> All);
