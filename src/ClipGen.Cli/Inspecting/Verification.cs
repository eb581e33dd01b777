using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Origins;

namespace ClipGen.Cli.Inspecting;

/// <summary>What decoding a picture's codes again has shown.</summary>
/// <param name="DifferentPixels">Of all; 0 where the picture is what its codes say.</param>
/// <param name="LargestDifference">Of any colour of any pixel, 0 to 255.</param>
/// <param name="ClipScore">Of the picture with its prompt.</param>
internal sealed record Verification(string Model, string DeviceKind, int DifferentPixels, int LargestDifference, double ClipScore)
{
    public bool SamePixels => DifferentPixels == 0;

    /// <param name="model">A bundle's folder or name; null: the one that the picture names.</param>
    /// <exception cref="CommandException">There is nothing to decode, or the bundle is another one.</exception>
    public static async Task<Verification> RunAsync(Picture picture, string? model, string device, int threads, CancellationToken cancellationToken)
    {
        var origin = picture.Origin;
        if (origin.Codes is not { } codes) throw new CommandException($"{picture.Path} carries no codes to decode: a program wrote it that did not write them yet. Draw it again with generate --from.");
        var bundle = ModelBundle.Open(model ?? origin.Model);
        if (bundle.Digest != origin.ModelDigest)
            throw new CommandException($"{picture.Path} was drawn by the model '{origin.Model}' of the digest {origin.ModelDigest}; the bundle in {bundle.Folder} is another one, {bundle.Digest}. Name the right one with --model.");
        var described = EngineModel.Of(bundle);
        if (codes.Count != described.CodesPerImage || codes.Any(code => code >= described.CodebookSize))
            throw new InvalidDataException($"{picture.Path}: its {codes.Count} codes are not the {described.CodesPerImage} below {described.CodebookSize} of its model.");

        using var line = new StatusLine();
        line.Show("decoding its codes …");
        await using var engine = await DeviceEngine.StartAsync(bundle, DeviceOption.Parse(device), new EngineOptions { Threads = threads }, cancellationToken);
        var prompt = await engine.EncodeAsync(origin.Prompt, origin.ReferenceQuirks, cancellationToken);
        var job = new DecodeJob(prompt.Vector, [(origin.Candidate, codes.ToArray())], Keep: 1, ImageFileFormat.Png, Metadata: null, origin.ReferenceQuirks);
        var decoded = (await engine.DecodeAndRankAsync(job, cancellationToken)).Candidates[0];
        var (different, largest) = Compare(picture.Pixels, ImageReader.Decode(decoded.File));
        return new(bundle.Manifest.Name, engine.Device.Kind, different, largest, decoded.ClipScore);
    }

    /// <returns>Every pixel differs where the sizes do.</returns>
    public static (int Pixels, int Largest) Compare(RgbImage one, RgbImage other)
    {
        if ((one.Width, one.Height) != (other.Width, other.Height)) return (one.Width * one.Height, byte.MaxValue);
        int pixels = 0, largest = 0;
        for (int at = 0; at < one.Pixels.Length; at += 3)
        {
            int difference = 0;
            for (int colour = at; colour < at + 3; colour++) difference = Math.Max(difference, Math.Abs(one.Pixels[colour] - other.Pixels[colour]));
            if (difference > 0) pixels++;
            largest = Math.Max(largest, difference);
        }
        return (pixels, largest);
    }
}
