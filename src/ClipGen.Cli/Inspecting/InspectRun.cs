using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Inspecting;

/// <summary>Carries out <c>clipgen inspect</c>.</summary>
internal static class InspectRun
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<int> RunAsync(InspectSettings settings, CancellationToken cancellationToken)
    {
        var picture = Picture.Open(settings.File);
        var verification = settings.Verify ? await Verification.RunAsync(picture, settings.Model, settings.Device, settings.Threads, cancellationToken) : null;
        Console.Out.Write(settings.Json ? ToJson(picture, verification) : ToText(picture, verification));
        if (verification is null or { SamePixels: true }) return 0;
        Console.Error.WriteLine($"clipgen: {settings.File} is not what its codes decode to.");
        return CommandRunner.Failed;
    }

    private static string ToText(Picture picture, Verification? verification)
    {
        var origin = picture.Origin;
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{picture.Path}: {picture.Pixels.Width}x{picture.Pixels.Height} pixels, {picture.File.Length:N0} bytes, SHA-256 {picture.Sha256}");
        if (origin.Parts is null) Line($"prompt      {Printable(origin.Prompt)}");
        foreach (var part in origin.Parts ?? []) Line($"prompt      {(part.Text is { } said ? Printable(said) : $"image with SHA-256 {part.ImageSha256}")}, weight {part.Weight:R}");
        Line($"model       {origin.Model}, digest {origin.ModelDigest}");
        Line($"seed        {origin.Seed}");
        Line($"candidate   {origin.Candidate}{(origin.Candidates is { } all ? $" of {all}" : "")}{(origin.Keep is { } kept ? $", the best {kept} kept" : "")}");
        Line($"sampling    top-k {origin.Sampling.TopK}, top-p {origin.Sampling.TopP:R}, temperature {origin.Sampling.Temperature:R}{(origin.ReferenceQuirks ? ", with the reference's quirks" : "")}");
        Line($"codes       {(origin.Codes is { } codes ? $"{codes.Count} in the file" : "not in the file")}, SHA-256 {origin.CodesSha256}");
        if (origin.RequestDigest is { } digest) Line($"request     SHA-256 {digest}");
        if (verification is { SamePixels: true }) Line($"verified    its codes, decoded again by {verification.Model} on {verification.DeviceKind}, give every pixel as it is; CLIP score {verification.ClipScore:F4}");
        else if (verification is not null)
            Line($"DIFFERENT   its codes, decoded again by {verification.Model} on {verification.DeviceKind}, give {verification.DifferentPixels:N0} other pixels of {picture.Pixels.Width * picture.Pixels.Height:N0}, by up to {verification.LargestDifference} of 255 (another kind of device rounds otherwise, by 1 or 2)");
        return text.ToString();
    }

    private static string ToJson(Picture picture, Verification? verification)
    {
        var origin = picture.Origin;
        return JsonSerializer.Serialize(
            new
            {
                File = picture.Path,
                Bytes = picture.File.Length,
                picture.Sha256,
                picture.Pixels.Width,
                picture.Pixels.Height,
                origin.Prompt,
                Prompts = origin.Parts?.Select(part => new { part.Text, part.ImageSha256, part.Weight }),
                origin.Model,
                origin.ModelDigest,
                origin.Seed,
                origin.Candidate,
                origin.Candidates,
                N = origin.Keep,
                origin.Sampling.TopK,
                origin.Sampling.TopP,
                origin.Sampling.Temperature,
                origin.ReferenceQuirks,
                RequestSha256 = origin.RequestDigest,
                origin.CodesSha256,
                origin.Codes,
                Verified = verification is null ? null : new { verification.SamePixels, verification.DifferentPixels, verification.LargestDifference, verification.ClipScore, verification.Model, verification.DeviceKind },
            },
            Options) + "\n";
    }

    /// <summary>A prompt from a file must not steer the terminal that it is shown on.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '\ufffd' : c)]);
}
