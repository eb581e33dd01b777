namespace ClipGen.Models.Gpt;

/// <summary>Sizes of a CLIP-GEN GPT (models/gpt.py).</summary>
/// <param name="VocabSize">Codes of the VQGAN's codebook.</param>
/// <param name="BlockSize">Positions: one for the condition and one for each code but the last.</param>
/// <param name="CondSize">Width of the CLIP embedding it is conditioned on.</param>
/// <param name="Dropout">After the embeddings, on attention weights, after attention, inside and after the MLP; training only.</param>
public sealed record GptConfig(int VocabSize, int Layers, int Width, int Heads, int BlockSize = 256, int CondSize = 512, double Dropout = 0.1)
{
    /// <summary>The original's <c>gpt2_medium</c>: 336,669,696 parameters with 16384 codes.</summary>
    public static GptConfig Medium(int vocabSize = 16384) => new(vocabSize, Layers: 24, Width: 1024, Heads: 16);

    /// <summary>The original's <c>gpt2_large</c>.</summary>
    public static GptConfig Large(int vocabSize = 16384) => new(vocabSize, Layers: 36, Width: 1280, Heads: 20);
}
