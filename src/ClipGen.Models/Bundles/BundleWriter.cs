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
        EnsureReplaceable(folder);
        folder = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder));

        string id = Guid.NewGuid().ToString("N")[..8], next = $"{folder}.next-{id}", last = $"{folder}.last-{id}";
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
            // Two renames: under the bundle's name there is never a part of one.
            if (Directory.Exists(folder)) Directory.Move(folder, last);
            Directory.Move(next, folder);
            if (Directory.Exists(last)) Directory.Delete(last, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CheckpointException)
        {
            throw new BundleException($"The bundle cannot be written to {folder}: {exception.Message}", exception);
        }
        finally
        {
            if (Directory.Exists(last) && !Directory.Exists(folder)) Directory.Move(last, folder);
            if (Directory.Exists(next)) Directory.Delete(next, recursive: true);
        }
        return ModelBundle.Open(folder);
    }

    /// <summary>Tells before a long piece of work whether <see cref="Write"/> would take the folder at its end.</summary>
    /// <exception cref="BundleException">The folder is a file, or holds something that is no part of a bundle.</exception>
    public static void EnsureReplaceable(string folder)
    {
        folder = Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder));
        if (File.Exists(folder)) throw new BundleException($"{folder} is a file; name a folder for the bundle.");
        if (!Directory.Exists(folder)) return;
        string[] present = [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        if (present.Length == 0) return;
        if (!present.Contains(BundleManifest.FileName)) throw new BundleException($"{folder} holds other files and no bundle; name a new or empty folder.");
        string[] foreign = [.. present.Except([BundleManifest.FileName, .. ModelBundle.Open(folder).Manifest.Files.Keys])];
        if (foreign.Length > 0) throw new BundleException($"{folder} holds {string.Join(", ", foreign)}, which is no part of its bundle; move that away, or name a new folder.");
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
