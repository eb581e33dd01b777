using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// Moves codes that nothing has used for a while onto latents that are in use, so that the whole codebook is learned
/// (random restarts, Dhariwal et al. 2020, Jukebox §4). Not in the original, which has 16384 codes to waste; a small
/// codebook needs it.
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
    /// <param name="z">[B, Z, h, w].</param>
    /// <returns>How many were unused.</returns>
    public int Revive(Tensor codebook, Tensor z)
    {
        using var scope = NewDisposeScope();
        long[] dead = [.. Enumerable.Range(0, codebookSize).Where(code => !used[code]).Select(code => (long)code)];
        Array.Clear(used);
        if (dead.Length == 0) return 0;
        using var _ = no_grad();
        var vectors = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]);                           // [BHW, Z]
        var chosen = vectors.index_select(0, randint(0, vectors.shape[0], dead.Length, int64, vectors.device));
        codebook.index_copy_(0, tensor(dead, device: codebook.device), chosen);
        return dead.Length;
    }
}
