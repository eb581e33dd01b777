using System.Text.Json;
using ClipGen.Engine.Devices;

namespace ClipGen.Silo.Loading;

/// <summary>
/// The known answers of this machine: what each bundle's fixed request gave on each kind of device when it was first loaded here.
/// Another machine's processor may round differently, so they are not part of a bundle; and so may another version of the engine (<see cref="KnownAnswer.Arithmetic"/>).
/// </summary>
internal sealed class KnownAnswerFile(string folder)
{
    private static readonly Lock Gate = new();
    private readonly string _path = Path.Combine(folder, "known-answers.json");

    /// <summary>The answer, lower-case hex SHA-256; null if none has been established.</summary>
    public string? Find(string modelDigest, string deviceKind)
    {
        lock (Gate) return Read().GetValueOrDefault(Key(modelDigest, deviceKind));
    }

    public void Establish(string modelDigest, string deviceKind, string answer)
    {
        lock (Gate)
        {
            var answers = Read();
            answers[Key(modelDigest, deviceKind)] = answer;
            Directory.CreateDirectory(folder);
            string next = _path + ".next";
            File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(answers));
            File.Move(next, _path, overwrite: true);
        }
    }

    private SortedDictionary<string, string> Read()
    {
        try
        {
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(_path)) ?? [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static string Key(string modelDigest, string deviceKind) => $"{modelDigest} {deviceKind} {KnownAnswer.Arithmetic}";
}
