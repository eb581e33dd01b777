using System.Security.Cryptography;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Bundles;

/// <summary>A folder with everything one model needs: <c>bundle.json</c>, three networks, a vocabulary.</summary>
public sealed class ModelBundle
{
    private ModelBundle(string folder, BundleManifest manifest, string digest) => (Folder, Manifest, Digest) = (folder, manifest, digest);

    public string Folder { get; }

    public BundleManifest Manifest { get; }

    /// <summary>SHA-256 of <c>bundle.json</c>, which holds those of all other files: the model's identity, lower-case hex.</summary>
    public string Digest { get; }

    /// <summary>Reads a bundle's manifest; the files are checked by <see cref="Verify"/>.</summary>
    /// <param name="folderOrName">As <see cref="BundleLocator.Find"/> takes it.</param>
    /// <exception cref="BundleException">There is no such bundle, or its manifest is not valid.</exception>
    public static ModelBundle Open(string folderOrName)
    {
        const int LargestManifest = 4 << 20;
        string folder = BundleLocator.Find(folderOrName), path = Path.Combine(folder, BundleManifest.FileName);
        try
        {
            if (new FileInfo(path).Length > LargestManifest) throw new BundleException($"{path} is larger than {LargestManifest >> 20} MB; it is no bundle manifest.");
            byte[] json = File.ReadAllBytes(path);
            return new(folder, BundleManifest.Parse(json, path), Convert.ToHexStringLower(SHA256.HashData(json)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Compares every file with the manifest.</summary>
    /// <returns>One line for each file that is missing or different; empty if all is well.</returns>
    public IReadOnlyList<string> Verify(CancellationToken cancellationToken = default)
    {
        var problems = new List<string>();
        foreach (var (name, expected) in Manifest.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Path.Combine(Folder, name);
            try
            {
                using var stream = File.OpenRead(path);
                if (stream.Length != expected.Bytes) problems.Add($"{name} has {stream.Length} bytes, the manifest says {expected.Bytes}");
                else if (Convert.ToHexStringLower(SHA256.HashData(stream)) != expected.Sha256) problems.Add($"{name} has another SHA-256 than the manifest says");
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add($"{name} is missing");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{name} cannot be read: {exception.Message}");
            }
        }
        return problems;
    }

    /// <summary>Throws if <see cref="Verify"/> finds anything.</summary>
    /// <exception cref="BundleException">Names every file that is not as the manifest says.</exception>
    public void EnsureIntact(CancellationToken cancellationToken = default)
    {
        var problems = Verify(cancellationToken);
        if (problems.Count > 0) throw new BundleException($"The bundle {Folder} is damaged: {string.Join("; ", problems)}. Restore its files or import it again.");
    }

    /// <exception cref="BundleException">The vocabulary is broken or of another size than CLIP's token table.</exception>
    public BpeTokenizer LoadTokenizer()
    {
        string path = Path.Combine(Folder, Manifest.Vocabulary);
        try
        {
            var tokenizer = new BpeTokenizer(BpeVocabulary.Load(path));
            if (tokenizer.VocabularySize == Manifest.Clip.VocabSize) return tokenizer;
            throw new BundleException($"{path} makes {tokenizer.VocabularySize} tokens, but clip.vocab_size is {Manifest.Clip.VocabSize}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new BundleException($"The vocabulary {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The three networks in eval mode with float32 weights; the caller disposes them.</summary>
    /// <exception cref="BundleException">A weight file is broken or does not fit the manifest.</exception>
    public Clip.Clip LoadClip(Device device) => Load(BundleManifest.ClipFile, on => new Clip.Clip(Manifest.Clip, on), device);

    /// <inheritdoc cref="LoadClip"/>
    public Gpt.Gpt LoadGpt(Device device) => Load(BundleManifest.GptFile, on => new Gpt.Gpt(Manifest.Gpt, on), device);

    /// <inheritdoc cref="LoadClip"/>
    public Vqgan.Vqgan LoadVqgan(Device device) => Load(BundleManifest.VqganFile, on => new Vqgan.Vqgan(Manifest.Vqgan, on), device);

    private T Load<T>(string file, Func<Device, T> create, Device device) where T : nn.Module
    {
        string path = Path.Combine(Folder, file);
        T? network = null;
        try
        {
            using var weights = Checkpoint.LoadStateDict(path);
            // Shapes without memory first: what the manifest asks for is allocated only once the file is known to fill it.
            using (var plan = create(META)) ModuleWeights.Load(plan, weights, path);
            network = create(CPU);
            ModuleWeights.Load(network, weights, path);
            network.eval();
            return device.type == DeviceType.CPU ? network : (T)network.to(device);
        }
        catch (Exception exception)
        {
            network?.Dispose();
            if (exception is CheckpointException or ModelLoadException or IOException or UnauthorizedAccessException) throw new BundleException(exception.Message, exception);
            throw;
        }
    }
}
