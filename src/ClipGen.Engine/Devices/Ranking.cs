using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Devices;

/// <param name="Image">Called only for a candidate that becomes a file.</param>
internal sealed record Decoded(int Candidate, double Score, string CodesSha256, Func<RgbImage> Image);

/// <summary>The last of a decode job's work, the same on every device: the order of the candidates, and the files of the best.</summary>
internal static class Ranking
{
    /// <param name="decoded">In any order; is sorted.</param>
    public static IReadOnlyList<RankedCandidate> Rank(List<Decoded> decoded, DecodeJob job, CancellationToken cancellationToken)
    {
        decoded.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Candidate.CompareTo(b.Candidate));
        var ranked = new List<RankedCandidate>(decoded.Count);
        foreach (var result in decoded)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[]? file = ranked.Count < job.Keep ? ImageWriter.Encode(result.Image(), job.Format, job.Metadata?.Invoke(result.Candidate, result.CodesSha256)) : null;
            ranked.Add(new(result.Candidate, result.Score, result.CodesSha256, file));
        }
        return ranked;
    }
}
