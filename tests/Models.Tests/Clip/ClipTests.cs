using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Clip;

/// <summary>Both of CLIP's towers against the original's, from the input to the logits.</summary>
public sealed class ClipTests
{
    [Fact]
    public void Matches_the_original_on_clip_tiny()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var clip = ReferenceModels.ClipTiny();
        var goldens = new Goldens("clip_tiny_goldens.safetensors");

        CheckEmbeddings(clip, goldens);

        var x = clip.visual.embed(goldens["images"].narrow(0, 0, 1));
        goldens.Close("image_ln_pre", x, 2e-5);
        CheckBlocks(clip.visual.transformer, x, goldens, "image_block");
        CheckBlocks(clip.transformer, clip.embed_text(goldens["text_ids"].narrow(0, 0, 1)), goldens, "text_block");
    }

    [Theory]
    [InlineData("clip_micro.pt")]
    [InlineData("clip_micro_legacy.pt")]
    [InlineData("clip_micro_script.pt")]
    public void Matches_the_original_on_clip_micro_in_every_format(string file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var clip = ReferenceModels.ClipMicro(file);

        CheckEmbeddings(clip, new Goldens("clip_micro_goldens.safetensors"));
    }

    /// <summary>Row 4 of the texts was cut at 77 tokens and has no end token: its feature is read at the start token, as the original does.</summary>
    [Fact]
    public void Reads_a_cut_text_at_its_start()
    {
        var goldens = new Goldens("clip_tiny_goldens.safetensors");

        Assert.Equal(0, goldens.Integers("eot_index")[4]);
        Assert.All(goldens.Integers("eot_index").Where((_, row) => row != 4), index => Assert.True(index > 0));
    }

    private static void CheckEmbeddings(Models.Clip.Clip clip, Goldens goldens)
    {
        Tensor ids = goldens["text_ids"], images = clip.encode_image(goldens["images"]), texts = clip.encode_text(ids);
        Tensor imagesNormalised = Models.Clip.Clip.Normalize(images), textsNormalised = Models.Clip.Clip.Normalize(texts);

        goldens.Same("eot_index", ids.argmax(-1));
        goldens.Close("image_embed", images, 2e-5);
        goldens.Close("text_embed", texts, 2e-5);
        goldens.Close("image_embed_norm", imagesNormalised, 5e-6);
        goldens.Close("text_embed_norm", textsNormalised, 5e-6);
        goldens.Close("logits", clip.logit_scale.exp() * imagesNormalised.matmul(textsNormalised.t()), 2e-4);
    }

    private static void CheckBlocks(Models.Clip.ClipTransformer transformer, Tensor x, Goldens goldens, string name)
    {
        int layer = 0;
        foreach (var block in transformer.resblocks.children().Cast<Models.Clip.ClipBlock>()) goldens.Close($"{name}{layer++}", x = block.forward(x), 2e-5);
        Assert.Equal(2, layer);
    }
}
