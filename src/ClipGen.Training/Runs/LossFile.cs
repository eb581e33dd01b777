using System.Text.Json;

namespace ClipGen.Training.Runs;

/// <summary>The running averages of a training's losses, beside its snapshot.</summary>
internal static class LossFile
{
    public static Dictionary<string, double> Read(string folder)
    {
        string path = Path.Combine(folder, "losses.json");
        return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(path)) ?? [] : [];
    }

    public static void Write(string folder, IReadOnlyDictionary<string, double> losses) =>
        File.WriteAllText(Path.Combine(folder, "losses.json"), JsonSerializer.Serialize(losses));
}
