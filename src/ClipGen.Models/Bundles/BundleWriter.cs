using System.Security.Cryptography;
using ClipGen.Models.Checkpoints;
using ClipGen.Models.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Bundles;

/// <summary>Writes a bundle beside its destination and moves it there whole: a folder under the name is always complete.</summary>
public static class BundleWriter
{
    private const string VocabularyFile = "vocabulary.bpe";

    /// <param name="manifest">Everything but <see cref="BundleManifest.Files"/> and <see cref="BundleManifest.Vocabulary"/>, which are filled in.</param>
    /// <param name="dtype">Type that floating-point weights are stored in.</param>
    /// <param name="folder">The bundle's folder; must not exist, or be an older bundle, which is replaced.</param>
    /// <exception cref="BundleException">The folder holds something else, or cannot be written.</exception>
    public static ModelBundle Write(string folder, BundleManifest manifest, nn.Module clip, nn.Module gpt, nn.Module vqgan, BpeVocabulary vocabulary, ScalarType dtype)
    {
        folder = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder));
        if (File.Exists(folder)) throw new BundleException($"{folder} is a file; name a folder for the bundle.");
        bool replaces = Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any();
        if (replaces && !File.Exists(Path.Combine(folder, BundleManifest.FileName)))
            throw new BundleException($"{folder} holds other files and no bundle; name a new or empty folder.");

        string next = folder + ".next-" + Guid.NewGuid().ToString("N")[..8];
        try
        {
            Directory.CreateDirectory(next);
            WriteNetwork(Path.Combine(next, BundleManifest.ClipFile), clip, dtype);
            WriteNetwork(Path.Combine(next, BundleManifest.GptFile), gpt, dtype);
            WriteNetwork(Path.Combine(next, BundleManifest.VqganFile), vqgan, dtype);
            vocabulary.Save(Path.Combine(next, VocabularyFile));
            var files = Directory.EnumerateFiles(next).Order(StringComparer.Ordinal).ToDictionary(path => Path.GetFileName(path)!, Describe);
            var whole = manifest with { Vocabulary = VocabularyFile, Files = files };
            byte[] json = whole.ToJson();
            BundleManifest.Parse(json, folder);
            File.WriteAllBytes(Path.Combine(next, BundleManifest.FileName), json);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            Directory.Move(next, folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException)
        {
            throw new BundleException($"The bundle cannot be written to {folder}: {exception.Message}", exception);
        }
        finally
        {
            if (Directory.Exists(next)) Directory.Delete(next, recursive: true);
        }
        return ModelBundle.Open(folder);
    }

    private static void WriteNetwork(string path, nn.Module network, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, ModuleWeights.Export(network).Select(weight =>
            KeyValuePair.Create(weight.Name, weight.Value.is_floating_point() ? weight.Value.to(dtype) : weight.Value)));
    }

    private static BundleFile Describe(string path)
    {
        using var stream = File.OpenRead(path);
        return new(Convert.ToHexStringLower(SHA256.HashData(stream)), stream.Length);
    }
}
