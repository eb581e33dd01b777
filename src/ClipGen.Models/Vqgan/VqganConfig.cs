namespace ClipGen.Models.Vqgan;

/// <summary>Sizes of a VQGAN (models/vqgan.py, codec.py).</summary>
/// <param name="EmbedSize">Width of a code's embedding and of the latent (z channels).</param>
/// <param name="Channels">Channels at full resolution; with every multiplier a multiple of <paramref name="NormGroups"/>.</param>
/// <param name="Multipliers">Channel multiplier of each level, from full resolution down; every level but the last halves the resolution.</param>
/// <param name="ResBlocks">Residual blocks of an encoder level; a decoder level has one more.</param>
/// <param name="AttentionResolutions">Sides at which attention follows each residual block, counted from <paramref name="Resolution"/>.</param>
/// <param name="Resolution">Side of the image in pixels.</param>
/// <param name="Beta">Weight of the codebook term (not, as in most papers, of the commitment term).</param>
/// <param name="DiscriminatorChannels">Channels of the patch discriminator's first layer.</param>
/// <param name="NormGroups">
/// Groups of every group norm. A group of one channel is an instance norm, which wipes out the level of a plain area: small networks want fewer.
/// </param>
public sealed record VqganConfig(
    int CodebookSize,
    int EmbedSize,
    int Channels,
    IReadOnlyList<int> Multipliers,
    int ResBlocks,
    IReadOnlyList<int> AttentionResolutions,
    int Resolution,
    double Beta = 0.2,
    int DiscriminatorChannels = 64,
    int NormGroups = 32)
{
    /// <summary>The original's f16 model for 256 × 256 images: 78,839,492 parameters, 16 × 16 codes.</summary>
    public static VqganConfig F16 { get; } = new(16384, 256, 128, [1, 1, 2, 2, 4], 2, [16], 256);

    /// <summary>Side of the code grid.</summary>
    public int Grid => Resolution >> (Multipliers.Count - 1);
}
