using ClipGen.Training.Vqgan;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Vqgan;

public sealed class CodeRevivalTests
{
    [Fact]
    public void Moves_unused_codes_onto_latents_and_leaves_used_ones()
    {
        using var scope = NewDisposeScope();
        using var revival = new CodeRevival(6);
        var codebook = arange(12, float32).view(6, 2);
        var before = codebook.clone();
        var z = (arange(8, float32) + 100).view(1, 2, 2, 2);
        var latents = z.permute(0, 2, 3, 1).reshape(-1, 2).unbind();

        revival.Note(tensor(new long[] { 1, 3, 3, 1 }, [1, 2, 2]));

        Assert.Equal(4, revival.Revive(codebook, z));
        foreach (long code in new[] { 1, 3 }) TensorAssert.Same(before[code], codebook[code], $"code {code}");
        foreach (long code in new[] { 0, 2, 4, 5 }) Assert.Contains(latents, latent => latent.eq(codebook[code]).all().item<bool>());
    }

    [Fact]
    public void Counts_from_the_last_revival()
    {
        using var scope = NewDisposeScope();
        using var revival = new CodeRevival(3);
        Tensor codebook = zeros(3, 2), z = ones(1, 2, 1, 1);

        revival.Note(tensor(new long[] { 0, 1, 2 }));
        Assert.Equal(0, revival.Revive(codebook, z));
        TensorAssert.Same(zeros(3, 2), codebook, "a codebook in full use");

        revival.Note(tensor(new long[] { 2 }));
        Assert.Equal(2, revival.Revive(codebook, z));
    }
}
