using System.Diagnostics;
using ClipGen.Engine.Devices;
using ClipGen.Models.Clip;
using ClipGen.Models.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Stages;

/// <summary>Text to embedding. One prompt at a time, so that its arithmetic never depends on others.</summary>
internal sealed class ClipEncodeStage(Clip clip, BpeTokenizer tokenizer, Device device)
{
    public EncodedPrompt Encode(string prompt, bool referenceQuirks)
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var tokens = tokenizer.Tokenize(prompt, clip.Config.ContextLength, referenceQuirks);
        var ids = tensor(Array.ConvertAll(tokens.Ids, id => (long)id), [1, tokens.Ids.Length]).to(device);  // [1, L]
        var embedding = Clip.Normalize(clip.encode_text(ids)).to(ScalarType.Float32).cpu();                 // [1, E]
        if (!embedding.isfinite().all().item<bool>()) throw new ArithmeticException("The prompt's embedding is not a number: the network's weights are broken.");
        return new(embedding.data<float>().ToArray(), tokens.Count, tokens.Truncated, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
