using ClipGen.Models.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests;

/// <summary>From a text and its candidates to the ranking, on the small models; the sheet is tested with the images.</summary>
public sealed class PipelineTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IDisposable _noGrad = no_grad();
    private readonly Goldens _goldens = new("pipeline.safetensors");
    private readonly Models.Clip.Clip _clip = ReferenceModels.ClipTiny();
    private readonly Models.Vqgan.Vqgan _vqgan = ReferenceModels.VqganTiny();

    [Fact]
    public void Embeds_the_text_as_the_original() => _goldens.Close("text_embed", TextEmbedding(), 5e-6);

    [Fact]
    public void The_first_candidate_is_the_greedy_one()
    {
        using var gpt = ReferenceModels.GptTiny();
        using var cache = new Models.Gpt.KvCache(ReferenceModels.GptTinyConfig, 1, CPU);
        var codes = zeros([1], int64);
        var drawn = new List<Tensor>();
        for (int position = 0; position < 64; position++) drawn.Add(codes = gpt.step(codes, TextEmbedding(), full([1], position, int64), cache).argmax(-1));

        TensorAssert.Same(_goldens["candidates"][0], cat(drawn), "greedy codes");
    }

    [Fact]
    public void Decodes_and_ranks_as_the_original()
    {
        var pixels = Decode();
        _goldens.Close("pixels", pixels, 1e-4);
        var input = ClipInput.FromDecoder(pixels, 28, referenceQuirks: true);
        _goldens.Close("clip_input", input, 1e-4);
        var images = Models.Clip.Clip.Normalize(_clip.encode_image(input));
        _goldens.Close("image_embed", images, 2e-5);
        var similarity = images.matmul(TextEmbedding()[0]);
        _goldens.Close("similarity", similarity, 2e-5);
        _goldens.Same("order", similarity.argsort(descending: true));
    }

    [Fact]
    public void Ranks_by_renormalised_pixels_unless_told_otherwise()
    {
        var images = Models.Clip.Clip.Normalize(_clip.encode_image(ClipInput.FromDecoder(Decode(), 28)));

        _goldens.Close("similarity_renormalised", images.matmul(TextEmbedding()[0]), 2e-5);
    }

    public void Dispose()
    {
        _vqgan.Dispose();
        _clip.Dispose();
        _noGrad.Dispose();
        _scope.Dispose();
    }

    private Tensor TextEmbedding() => Models.Clip.Clip.Normalize(_clip.encode_text(_goldens["text_ids"]));

    private Tensor Decode() => _vqgan.decode_codes(_goldens["candidates"].view(5, 8, 8));
}
