using System.Text.Json;

namespace ClipGen.Deploy.Tests.Docker;

/// <summary>What goes into an image beside the executable.</summary>
public sealed class ContentsTests
{
    private static readonly string[] Native = ["TorchSharp", "libtorch", "SkiaSharp"];

    [Fact]
    public void A_gateway_has_no_Torch()
    {
        var libraries = Libraries("ClipGen.Gateway", "clipgen-gateway");

        Assert.Contains("ClipGen.Cluster", libraries);
        Assert.DoesNotContain(libraries, l => Native.Any(n => l.StartsWith(n, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(Directory.GetFiles(Folder("ClipGen.Gateway"), "*", SearchOption.AllDirectories), f => Path.GetFileName(f).Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_silo_has()
    {
        Assert.Contains("TorchSharp", Libraries("ClipGen.Silo", "clipgen-silo"));
        Assert.DoesNotContain("ClipGen.Gateway", Libraries("ClipGen.Silo", "clipgen-silo"));
    }

    // Bundles come by a volume.
    [Fact]
    public void No_model_is_baked_in() => Assert.Empty(Directory.GetFiles(Folder("ClipGen.Silo"), "*.safetensors", SearchOption.AllDirectories));

    // Beside this test's own folder, in the same configuration.
    private static string Folder(string project) => Path.Combine(Repository.Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name);

    private static List<string> Libraries(string project, string program)
    {
        using var dependencies = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(project), $"{program}.deps.json")));
        return [.. dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(l => l.Name.Split('/')[0])];
    }
}
