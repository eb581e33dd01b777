using System.Diagnostics;
using ClipGen.Models.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Stages;

/// <summary>Scores decoded pixels against a prompt's embedding.</summary>
internal sealed class ClipRerankStage(Clip clip, Device device)
{
    /// <param name="pixels">[1, 3, R, R], about [−1, 1].</param>
    /// <param name="embedding">L2-normalised.</param>
    /// <returns>Cosine similarity, −1 to 1, and the seconds it took.</returns>
    public (double Score, double Seconds) Score(Tensor pixels, float[] embedding, bool referenceQuirks)
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var image = Clip.Normalize(clip.encode_image(ClipInput.FromDecoder(pixels, clip.Config.ImageSize, referenceQuirks))).to(ScalarType.Float32); // [1, E]
        // A copy is aligned; a tensor over a .NET array need not be, and then the last bits may differ.
        var text = tensor(embedding, [1, embedding.Length]).to(device).clone();
        double score = nn.functional.cosine_similarity(image, text).item<float>();
        return (score, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
