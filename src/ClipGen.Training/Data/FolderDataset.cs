using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data;

/// <summary>
/// A folder of PNG, JPEG and WebP files, subfolders included: shuffled anew in every epoch, the shorter side resized, a random
/// square cut out (the original's train transform). With a file <c>captions.tsv</c> (path, tab, text a line) it has captions too.
/// </summary>
public sealed class FolderDataset : ICaptionedDataset
{
    public const string CaptionsFile = "captions.tsv";

    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".webp"];
    private readonly string folder;
    private readonly ulong seed;
    private readonly string[] files;
    private readonly Dictionary<string, List<string>>? captions;
    private readonly Lock gate = new();
    private readonly Dictionary<long, int[]> orders = [];

    /// <param name="needCaptions">Use only files that have one.</param>
    /// <exception cref="InvalidDataException">The folder holds no image, or no captions where they are needed; says what is missing.</exception>
    public FolderDataset(string folder, int side, ulong seed, bool needCaptions)
    {
        (this.folder, Side, this.seed) = (folder, side, seed);
        if (!Directory.Exists(folder)) throw new InvalidDataException($"There is no folder {folder} to read images from.");
        string list = Path.Combine(folder, CaptionsFile);
        captions = File.Exists(list) ? ReadCaptions(list) : null;
        if (needCaptions && captions is null) throw new InvalidDataException($"{folder} has no {CaptionsFile}; write one line for each image: its path in the folder, a tab, its caption.");
        files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !needCaptions || captions!.ContainsKey(file))
            .Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InvalidDataException($"{folder} holds no {(needCaptions ? "captioned " : "")}image ({string.Join(", ", Extensions)}).");
    }

    public string Description => $"{files.Length} images of the folder {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}, {Side}x{Side}, seed {seed}";

    public int Side { get; }

    public RgbImage Image(long index)
    {
        var random = new SampleRandom(seed, index);
        return RandomSquare(ImageReader.Read(Path.Combine(folder, FileAt(index))), ref random);
    }

    public (RgbImage Image, string Caption) Pair(long index)
    {
        var texts = captions![FileAt(index)];
        var random = new SampleRandom(seed + 1, index);
        return (Image(index), texts[random.Next(texts.Count)]);
    }

    private string FileAt(long index) => files[Order(index / files.Length)[index % files.Length]];

    private int[] Order(long epoch)
    {
        lock (gate)
        {
            if (orders.TryGetValue(epoch, out int[]? order)) return order;
            // A batch touches at most two epochs.
            foreach (long old in orders.Keys.Where(key => key < epoch - 1).ToArray()) orders.Remove(old);
            order = [.. Enumerable.Range(0, files.Length)];
            var random = new SampleRandom(seed, ~epoch);
            for (int i = order.Length - 1; i > 0; i--)
            {
                int j = random.Next(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
            return orders[epoch] = order;
        }
    }

    private RgbImage RandomSquare(RgbImage image, ref SampleRandom random)
    {
        int shorter = Math.Min(image.Width, image.Height), width = (int)((long)Side * image.Width / shorter), height = (int)((long)Side * image.Height / shorter);
        var resized = PillowBilinear.Resize(image, width, height);
        int left = random.Next(width - Side + 1), top = random.Next(height - Side + 1);
        byte[] pixels = new byte[Side * Side * 3];
        for (int y = 0; y < Side; y++) resized.Pixels.AsSpan(((top + y) * width + left) * 3, Side * 3).CopyTo(pixels.AsSpan(y * Side * 3));
        return new(Side, Side, pixels);
    }

    private static Dictionary<string, List<string>> ReadCaptions(string path)
    {
        var captions = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0) continue;
            int tab = line.IndexOf('\t');
            if (tab < 1 || tab == line.Length - 1) throw new InvalidDataException($"{path}, line {number}: expected a path, a tab and a caption.");
            string file = line[..tab].Replace('\\', '/');
            if (!captions.TryGetValue(file, out var texts)) captions[file] = texts = [];
            texts.Add(line[(tab + 1)..]);
        }
        return captions;
    }
}
