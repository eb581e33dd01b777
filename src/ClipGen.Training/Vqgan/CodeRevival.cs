using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// Moves codes that nothing has used for a while onto latents that no code is near, so that the whole codebook is learned:
/// random restarts (Dhariwal et al. 2020, Jukebox §4), drawn by squared distance as k-means++ draws its centres (Arthur and
/// Vassilvitskii 2007), because most latents are plain background. Not in the original, which has 16384 codes to waste; a
/// small codebook needs it.
/// </summary>
public sealed class CodeRevival(int codebookSize)
{
    private readonly bool[] used = new bool[codebookSize];

    public void Note(Tensor codes)
    {
        using var flat = codes.cpu().flatten();
        foreach (long code in flat.data<long>()) used[code] = true;
    }

    /// <summary>Replaces the codes unused since the last call by latents of this batch, and starts to count again.</summary>
    /// <param name="codebook">[K, Z].</param>
    /// <param name="z">[B, Z, h, w].</param>
    /// <returns>How many were unused.</returns>
    public int Revive(Tensor codebook, Tensor z)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        long[] dead = [.. Enumerable.Range(0, codebookSize).Where(code => !used[code]).Select(code => (long)code)];
        Array.Clear(used);
        if (dead.Length == 0) return 0;
        var vectors = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]);                           // [BHW, Z]
        var error = cdist(vectors, codebook).min(1).values.square() + 1e-12;                   // [BHW]
        int count = (int)Math.Min(dead.Length, vectors.shape[0]);
        var chosen = vectors.index_select(0, multinomial(error, count, replacement: false));
        codebook.index_copy_(0, tensor(dead.AsSpan(0, count).ToArray(), device: codebook.device), chosen);
        return dead.Length;
    }
}
