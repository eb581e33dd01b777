using System.Diagnostics;
using ClipGen.Engine.Devices;
using ClipGen.Models.Clip;
using ClipGen.Models.Imaging;
using ClipGen.Models.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Stages;

/// <summary>Text or image to embedding. One prompt at a time, so that its arithmetic never depends on others.</summary>
internal sealed class ClipEncodeStage(Clip clip, BpeTokenizer tokenizer, Device device)
{
    public EncodedPrompt Encode(string prompt, bool referenceQuirks)
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var tokens = tokenizer.Tokenize(prompt, clip.Config.ContextLength, referenceQuirks);
        var ids = tensor(Array.ConvertAll(tokens.Ids, id => (long)id), [1, tokens.Ids.Length]).to(device);  // [1, L]
        return new(Normalized(clip.encode_text(ids)), tokens.Count, tokens.Truncated, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <param name="image">As large as CLIP takes it.</param>
    public EncodedPrompt Encode(RgbImage image)
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var pixels = PixelRange.ToTensor(image, PixelNormalization.Clip).to(device);                        // [1, 3, S, S]
        return new(Normalized(clip.encode_image(pixels)), Tokens: 0, Truncated: false, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static float[] Normalized(Tensor feature)
    {
        var embedding = Clip.Normalize(feature).to(ScalarType.Float32).cpu();                               // [1, E]
        if (!embedding.isfinite().all().item<bool>()) throw new ArithmeticException("The prompt's embedding is not a number: the network's weights are broken.");
        return embedding.data<float>().ToArray();
    }
}
