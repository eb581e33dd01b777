using System.Globalization;
using System.Text;
using System.Text.Json;
using ClipGen.Cli.Terminal;
using ClipGen.Models.Bundles;
using ClipGen.Models.Checkpoints;

namespace ClipGen.Cli.Models;

/// <summary>Carries out <c>clipgen model inspect</c>.</summary>
internal static class BundleInspection
{
    public static Task<int> RunAsync(string folderOrName, bool json, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var bundle = ModelBundle.Open(folderOrName);
            var problems = bundle.Verify(cancellationToken);
            Console.Out.Write(json ? ToJson(bundle, problems) : ToText(bundle, problems));
            foreach (string problem in problems) Console.Error.WriteLine($"clipgen: {problem}.");
            return problems.Count == 0 ? 0 : CommandRunner.Failed;
        },
        cancellationToken);

    private static string ToText(ModelBundle bundle, IReadOnlyList<string> problems)
    {
        var manifest = bundle.Manifest;
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"{manifest.Name}: {manifest.Description}");
        Line($"folder      {bundle.Folder}");
        Line($"digest      {bundle.Digest}");
        Line($"licence     {manifest.Licence}");
        Line($"images      {manifest.Vqgan.Resolution}x{manifest.Vqgan.Resolution} pixels, {manifest.Vqgan.Grid}x{manifest.Vqgan.Grid} codes of {manifest.Vqgan.CodebookSize}; {manifest.DefaultCandidates} candidates by default");
        Line($"CLIP        {manifest.Clip.EmbedSize} numbers; image {manifest.Clip.ImageSize} px, patches {manifest.Clip.PatchSize} px, {manifest.Clip.VisionLayers} layers of {manifest.Clip.VisionWidth}; text {manifest.Clip.ContextLength} of {manifest.Clip.VocabSize} tokens, {manifest.Clip.TextLayers} layers of {manifest.Clip.TextWidth}");
        Line($"GPT         {manifest.Gpt.Layers} layers of {manifest.Gpt.Width}, {manifest.Gpt.Heads} heads, {manifest.Gpt.BlockSize} positions");
        Line($"VQGAN       {manifest.Vqgan.Channels} channels times {string.Join(", ", manifest.Vqgan.Multipliers)}; codes of {manifest.Vqgan.EmbedSize} numbers");
        foreach (var (name, file) in manifest.Files)
            Line($"{name,-20} {file.Bytes,14:N0} bytes  {Contents(bundle, name)}  {(problems.Any(problem => problem.StartsWith(name + " ", StringComparison.Ordinal)) ? "DIFFERENT" : "verified")}  {file.Sha256}");
        foreach (var (name, value) in manifest.Provenance) Line($"{name}: {value.GetRawText()}");
        return text.ToString();
    }

    /// <summary>Tensors and numbers in a weight file.</summary>
    private static string Contents(ModelBundle bundle, string name)
    {
        if (!name.EndsWith(".safetensors", StringComparison.Ordinal)) return "";
        try
        {
            using var file = SafetensorsFile.Open(Path.Combine(bundle.Folder, name));
            long numbers = file.Entries.Sum(entry => entry.Shape.Aggregate(1L, (product, side) => product * side));
            return string.Create(CultureInfo.InvariantCulture, $"{file.Entries.Count} tensors, {numbers:N0} numbers, {string.Join("/", file.Entries.Select(entry => entry.DType).Distinct())}");
        }
        catch (Exception exception) when (exception is CheckpointException or IOException)
        {
            return "unreadable";
        }
    }

    private static string ToJson(ModelBundle bundle, IReadOnlyList<string> problems) =>
        BundleManifest.ToElement(new { bundle.Folder, bundle.Digest, Intact = problems.Count == 0, Problems = problems, bundle.Manifest }).GetRawText() + "\n";
}
