using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// Moves codes that nothing has used for a while onto latents that no code is near, so that the whole codebook is learned:
/// random restarts (Dhariwal et al. 2020, Jukebox §4), drawn by squared distance as k-means++ draws its centres (Arthur and
/// Vassilvitskii 2007), because most latents are plain background. Not in the original, which has 16384 codes to waste; a
/// small codebook needs it. A module so that what it has seen goes into a training's snapshot.
/// </summary>
public sealed class CodeRevival : nn.Module
{
    private readonly Tensor used;

    public CodeRevival(int codebookSize, Device? device = null) : base(nameof(CodeRevival))
    {
        used = zeros(codebookSize, ScalarType.Bool, device).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <param name="codes">int64, any shape.</param>
    public void Note(Tensor codes)
    {
        using var flat = codes.flatten();
        used.index_fill_(0, flat, true);
    }

    /// <summary>Replaces the codes unused since the last call by latents of this batch, and starts to count again.</summary>
    /// <param name="codebook">[K, Z].</param>
    /// <param name="z">[B, Z, h, w].</param>
    /// <returns>How many were unused.</returns>
    public int Revive(Tensor codebook, Tensor z)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var dead = used.logical_not().nonzero().flatten();                                     // [N]
        used.fill_(false);
        if (dead.shape[0] == 0) return 0;
        var vectors = z.permute(0, 2, 3, 1).reshape(-1, z.shape[1]);                           // [BHW, Z]
        var error = cdist(vectors, codebook).min(1).values.square() + 1e-12;                   // [BHW]
        long count = Math.Min(dead.shape[0], vectors.shape[0]);
        codebook.index_copy_(0, dead.narrow(0, 0, count), vectors.index_select(0, multinomial(error, count, replacement: false)));
        return (int)dead.shape[0];
    }
}
