using ClipGen.Models;
using ClipGen.Training.Losses;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Losses;

internal static class TinyLpips
{
    /// <summary>LPIPS over a VGG16 of a sixteenth of the width; the file leaves the input scaling to the defaults.</summary>
    public static Lpips Create()
    {
        using var scope = NewDisposeScope();
        var lpips = new Lpips([4, 8, 16, 32, 32]);
        ModuleWeights.Load(lpips, new Goldens("lpips_tiny.safetensors").All(), "LPIPS", "scaling_layer.shift", "scaling_layer.scale");
        return lpips;
    }
}
