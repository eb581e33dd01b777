using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClipGen.Cli.Generating;

/// <summary>What <c>clipgen generate</c> prints at the end.</summary>
/// <param name="Grid">Path of the contact sheet, if one was asked for.</param>
/// <param name="Replay">How the picture that was drawn again compares; null where none was.</param>
/// <param name="Stored">Where the images are besides, in the order of the result's; empty where they are on this machine only.</param>
/// <param name="StartSeconds">Loading the model and starting the cluster.</param>
internal sealed record GenerateReport(GenerationRequest Request, GenerationResult Result, string? Grid, Replay? Replay, IReadOnlyList<string> Stored, double StartSeconds, double TotalSeconds)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var (image, stored) in Result.Images.Zip(Stored.Concat(Enumerable.Repeat<string?>(null, Result.Images.Count))))
        {
            Line($"{Relative(image.Location)}  seed {Request.Seed}  CLIP score {image.ClipScore:F4}  candidate {image.Candidate} of {Request.Candidates}");
            if (stored is not null) Line($"  stored as {stored}");
        }
        if (Replay is not null) Line($"{Replay.ToText(Request)}");
        if (Grid is not null) Line($"{Relative(Grid)}  contact sheet");
        if (Result.PromptTruncated) Line($"note: the prompt is longer than the model reads; only its first {Result.PromptTokens} tokens count");
        var times = Result.Times;
        Line($"start {StartSeconds:F2} s, encode {times.Encode:F2} s, sample {times.Sample:F2} s, decode and rank {times.DecodeAndRank:F2} s, store {times.Store:F2} s; in all {TotalSeconds:F2} s");
        return text.ToString();
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Request.Prompt,
            Prompts = Request.Parts?.Select(part => new { part.Text, ImageSha256 = part.Image?.Sha256, part.Weight }),
            Request.Model,
            Request.ModelDigest,
            Request.Seed,
            Request.Candidates,
            N = Request.Keep,
            Request.Sampling.TopK,
            Request.Sampling.TopP,
            Request.Sampling.Temperature,
            Request.ReferenceQuirks,
            Images = Result.Images.Select((image, i) => new { image.Rank, image.Candidate, Path = image.Location, Stored = Stored.ElementAtOrDefault(i), Request.Seed, image.ClipScore, image.Sha256, image.CodesSha256, image.Bytes }),
            Result.CandidateScores,
            Grid,
            From = Replay is null ? null : new { File = Replay.Picture.Path, Replay.SameRequest, Replay.SameBytes, Replay.SamePixels, Replay.SameCodes },
            Manifest = Result.ManifestLocation,
            Result.PromptTokens,
            Result.PromptTruncated,
            Result.DeviceKind,
            Seconds = new { Start = StartSeconds, Result.Times.Encode, Result.Times.Sample, Result.Times.DecodeAndRank, Result.Times.Store, Total = TotalSeconds, Device = Result.Times.DeviceSeconds },
        },
        Options) + "\n";

    private static string Relative(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
