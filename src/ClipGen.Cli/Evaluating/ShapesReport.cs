using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Models.Bundles;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Cli.Evaluating;

/// <summary>The table of <c>clipgen eval shapes</c>.</summary>
/// <param name="One">Candidate 0 of each prompt.</param>
/// <param name="Any">All candidates of each prompt: the same as <paramref name="One"/>, measured on more pictures.</param>
/// <param name="Best">The candidate CLIP ranks first.</param>
/// <param name="OnlyBest">Prompts whose best picture is right in all and whose candidate 0 is not.</param>
/// <param name="OnlyOne">The other way round.</param>
internal sealed record ShapesReport(
    string Model, string Digest, int Candidates, ulong Seed, ReportGroup One, ReportGroup Any, ReportGroup Best, int OnlyBest, int OnlyOne, double SignTest)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public static ShapesReport Of(ModelBundle bundle, EvaluationSettings settings, IReadOnlyList<JudgedPrompt> judged)
    {
        int onlyBest = judged.Count(j => j.Best.All && !j.First.All), onlyOne = judged.Count(j => j.First.All && !j.Best.All);
        return new(
            bundle.Manifest.Name, bundle.Digest, settings.Candidates, settings.Seed,
            ReportGroup.Of(judged, j => [j.First]), ReportGroup.Of(judged, j => j.All), ReportGroup.Of(judged, j => [j.Best]),
            onlyBest, onlyOne, PairedComparison.SignTest(onlyBest, onlyOne));
    }

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"model {Model} {Digest[..12]}, {One.All.Pictures} prompts, {Candidates} candidates each, seeds from {Seed}");
        Line($"");
        Line($"{"share of pictures that are right in",-36}{"backgr.",8}{"colour",8}{"shape",8}{"size",8}{"place",8}{"c+b",8}{"all 5",8}{"pictures",10}");
        Group("one candidate", One);
        Group($"every one of {Candidates} candidates", Any);
        Group($"best of {Candidates} by CLIP", Best);
        Line($"");
        Line($"best of {Candidates} right where one candidate is wrong: {OnlyBest} prompts, the other way round: {OnlyOne} (sign test p = {SignTest:G2})");
        return text.ToString();

        void Group(string name, ReportGroup group)
        {
            Row(name, group.All);
            Row("  combinations seen in training", group.Seen);
            Row("  combinations never seen", group.HeldOut);
        }

        void Row(string name, ShapesScore s) =>
            Line($"{name,-36}{Percent(s.Background),8}{Percent(s.Colour),8}{Percent(s.Shape),8}{Percent(s.Size),8}{Percent(s.Position),8}{Percent(s.ColourAndBackground),8}{Percent(s.All),8}{s.Pictures,10}");
    }

    public string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    private static string Percent(double share) => share.ToString("0.0%", CultureInfo.InvariantCulture);
}

/// <summary>One way of choosing pictures, over all prompts and over the two kinds of them.</summary>
internal sealed record ReportGroup(ShapesScore All, ShapesScore Seen, ShapesScore HeldOut)
{
    public static ReportGroup Of(IReadOnlyList<JudgedPrompt> judged, Func<JudgedPrompt, IReadOnlyList<ShapesVerdict>> pick) => new(
        ShapesScore.Of([.. judged.SelectMany(pick)]),
        ShapesScore.Of([.. judged.Where(j => !j.Prompt.IsHeldOut).SelectMany(pick)]),
        ShapesScore.Of([.. judged.Where(j => j.Prompt.IsHeldOut).SelectMany(pick)]));
}
