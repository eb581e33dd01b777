namespace ClipGen.Cluster.Tests.Prompts;

/// <summary>What a request makes of texts and images.</summary>
public sealed class PromptPartsTests
{
    private static readonly PromptImage Image = new(string.Concat(Enumerable.Repeat("ab", 32)), ImageFormat.Png);

    [Fact]
    public void A_text_alone_has_the_digest_that_it_always_had()
    {
        // sha256 of "clipgen-request-1\n4:fake\n64:dd…\n12:a red circle\n16:7 8 2 500 0.95 1\n14:Png True False\n"
        const string Digest = "f282700f03b28942ced748659d5d099c103d6f24b5e9b09448b768ec9655a6a8";
        Assert.Equal(Digest, Create(new() { Prompt = "a red circle" }).Digest);
        var alone = Create(new() { Prompt = null, Prompts = [new() { Text = "a red circle", Weight = 3 }] });
        Assert.Equal((Digest, "a red circle", null), (alone.Digest, alone.Prompt, alone.Parts));
    }

    [Fact]
    public void A_blend_has_another_for_every_part_weight_and_order()
    {
        PromptPart text = new() { Text = "a red circle", Weight = 0.7 }, image = new() { Image = Image, Weight = 0.3 };
        Assert.Equal("b4f63aa34117eca992775e749bef49b7fd541022bb3652f9ae863df56d83ae63", Create(new() { Prompt = null, Prompts = [text, image] }).Digest);
        GenerationRequest[] all =
        [
            Create(new() { Prompt = "a red circle" }),
            Create(new() { Prompt = null, Image = Image }),
            Create(new() { Prompt = null, Image = Image with { Sha256 = new('0', 64) } }),
            Create(new() { Prompt = null, Prompts = [text, image] }),
            Create(new() { Prompt = null, Prompts = [image, text] }),
            Create(new() { Prompt = null, Prompts = [text with { Weight = 0.3 }, image with { Weight = 0.7 }] }),
            Create(new() { Prompt = null, Prompts = [text, image, image] }),
            Create(new() { Prompt = null, Prompts = [text, text with { Text = "a blue square" }] }),
            Create(new() { Prompt = "a red circle + a blue square" }),
        ];
        Assert.Equal(all.Length, all.Select(r => r.Digest).Distinct().Count());
    }

    [Fact]
    public void An_image_alone_is_one_request_however_it_is_said()
    {
        var said = Create(new() { Prompt = null, Image = Image });
        var weighed = Create(new() { Prompt = null, Prompts = [new() { Image = Image, Weight = 5 }] });

        Assert.Equal(said.Digest, weighed.Digest);
        Assert.Equal(("", new PromptPart { Image = Image }), (said.Prompt, Assert.Single(said.Parts!)));
        Assert.Equal($"prompt-{Image.Sha256}.png", Image.Name);
    }

    [Fact]
    public void Text_and_image_are_a_blend_of_equal_parts()
    {
        var both = Create(new() { Prompt = "a red circle", Image = Image });
        Assert.Equal([new() { Text = "a red circle" }, new() { Image = Image }], both.Parts!);
        Assert.Equal(both.Digest, Create(new() { Prompt = null, Prompts = both.Parts }).Digest);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named()
    {
        Assert.Equal(["prompt"], Wrong(new() { Prompt = null }));
        Assert.Equal(["prompt"], Wrong(new() { Prompt = " ", Image = Image }));
        Assert.Equal(["image"], Wrong(new() { Prompt = null, Image = Image with { Sha256 = "../../etc/passwd" } }));
        Assert.Equal(["prompts"], Wrong(new() { Prompt = null, Prompts = [] }));
        Assert.Equal(["prompts"], Wrong(new() { Prompt = null, Prompts = [.. Enumerable.Repeat(new PromptPart { Text = "x" }, 9)] }));
        Assert.Equal(["prompts"], Wrong(new() { Prompt = "x", Prompts = [new() { Text = "x" }] }));
        Assert.Equal(
            ["prompts[0].text", "prompts[1]", "prompts[2]", "prompts[3].weight", "prompts[4].weight", "prompts[5].image"],
            Wrong(new()
            {
                Prompt = null,
                Prompts =
                [
                    new() { Text = "" }, new(), new() { Text = "x", Image = Image }, new() { Text = "x", Weight = 0 }, new() { Image = Image, Weight = double.NaN },
                    new() { Image = Image with { Sha256 = Image.Sha256.ToUpperInvariant() } },
                ],
            }));
    }

    private static GenerationRequest Create(GenerationParameters parameters) => GenerationRequest.Create(parameters with { Seed = 7, Candidates = 8, Keep = 2 }, new()
    {
        Name = "fake",
        Digest = new('d', 64),
        DefaultCandidates = 8,
        CodebookSize = 512,
        CodesPerImage = 64,
        ImageSize = 32,
    });

    private static IEnumerable<string> Wrong(GenerationParameters parameters) => Assert.Throws<InvalidRequestException>(() => Create(parameters)).Errors.Select(e => e.Parameter);
}
