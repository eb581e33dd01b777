using System.Globalization;
using ClipGen.Cli.Terminal;
using ClipGen.Cluster.Prompts;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Origins;

namespace ClipGen.Cli.Generating;

/// <summary>What a command line asks to draw: a text, images, or both, and their weights.</summary>
/// <param name="Prompts">Null for a text alone, or for nothing at all.</param>
/// <param name="Slug">The readable part of the files' names.</param>
internal sealed record PromptArguments(string? Text, IReadOnlyList<PromptPart>? Prompts, PromptImageFiles Images, string Slug)
{
    private static readonly PromptImageOptions Limits = new();

    /// <summary>Reads the files, so that whatever is wrong with them shows before anything is loaded or sent.</summary>
    /// <param name="text">Null when there is none.</param>
    /// <param name="weights">Numbers with commas between: the text's, then the images' in their order. Null: all weigh the same.</param>
    /// <param name="origin">What is drawn again; its prompt counts where neither a text nor weights are given, and its images must be among the files.</param>
    /// <exception cref="CommandException">A file cannot be read or is no image that is taken.</exception>
    /// <exception cref="InvalidRequestException">The weights do not fit.</exception>
    public static async Task<PromptArguments> ReadAsync(string? text, IReadOnlyList<string> files, string? weights, ImageOrigin? origin, CancellationToken cancellationToken)
    {
        var images = new PromptImageFiles();
        if (text is null && weights is null && origin?.Parts is { } told) return new(null, await AgainAsync(told, files, images, cancellationToken), images, Generating.Slug.Of(origin.Prompt));
        if (files.Count == 0) text ??= origin?.Prompt;
        var parts = new List<PromptPart>();
        if (text is not null) parts.Add(new() { Text = text });
        foreach (string file in files) parts.Add(new() { Image = images.Add("image", await ReadAsync(file, cancellationToken)) });
        if (weights is not null)
        {
            double[] numbers = Parse(weights, parts.Count);
            parts = [.. parts.Select((part, i) => part with { Weight = numbers[i] })];
        }
        string slug = Generating.Slug.Of(text ?? (files.Count > 0 ? $"variation of {Path.GetFileNameWithoutExtension(files[0])}" : ""));
        return files.Count == 0 ? new(text, null, images, slug) : new(null, parts, images, slug);
    }

    /// <summary>The parts of a picture's prompt, whose images only those have who have their files.</summary>
    private static async Task<IReadOnlyList<PromptPart>> AgainAsync(IReadOnlyList<OriginPart> told, IReadOnlyList<string> files, PromptImageFiles images, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, PromptImage>(StringComparer.Ordinal);
        foreach (string path in files)
        {
            var image = images.Add("image", await ReadAsync(path, cancellationToken));
            if (!told.Any(part => part.ImageSha256 == image.Sha256)) throw new CommandException($"--image '{path}' is not among those that the picture was drawn from; say the prompt as well to draw another one.");
            known[image.Sha256] = image;
        }
        return [.. told.Select(part => part.ImageSha256 is not { } sha256 ? new PromptPart { Text = part.Text, Weight = part.Weight }
            : known.TryGetValue(sha256, out var image) ? new PromptPart { Image = image, Weight = part.Weight }
            : throw new CommandException($"The picture was drawn from an image, whose file it does not carry: give the one with SHA-256 {sha256} with --image."))];
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (path.Length == 0) throw new CommandException("--image is empty; name a file.");
            // One that is far too large is not even read.
            if (new FileInfo(path) is { Exists: true } info && info.Length > Limits.MaxBytes)
                throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"--image '{path}' has {info.Length} bytes; at most {Limits.MaxBytes} are taken."));
            byte[] file = await File.ReadAllBytesAsync(path, cancellationToken);
            if (PromptImageCheck.Problem(file, Limits) is { } problem) throw new CommandException($"--image '{path}' {problem}");
            ImageReader.Decode(file);
            return file;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"--image '{path}': there is no such file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--image '{path}' cannot be read: {e.Message}");
        }
        catch (InvalidDataException e)
        {
            throw new CommandException($"--image '{path}' cannot be decoded: {e.Message} Give a whole PNG, JPEG or WebP file.");
        }
    }

    private static double[] Parse(string weights, int parts)
    {
        string[] texts = weights.Split(',', StringSplitOptions.TrimEntries);
        if (texts.Length != parts) throw Invalid($"has {texts.Length} numbers, and there are {parts} parts: the prompt if there is one, then each --image in order.");
        return Array.ConvertAll(texts, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
                ? number
                : throw Invalid($"has '{text}'; each must be a positive number, for example 0.7,0.3."));
    }

    private static InvalidRequestException Invalid(string problem) => new([new("weights", problem)]);
}
