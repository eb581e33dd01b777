using ClipGen.Models.Imaging;
using ClipGen.Silo.Grains;
using ClipGen.Silo.Origins;
using CsCheck;

namespace ClipGen.Cluster.Tests.Storage;

/// <summary>What a PNG file tells of its origin, as it was written and as others may have changed it.</summary>
public sealed class ImageOriginTests
{
    private static readonly ModelDescription Model = new() { Name = "shapes", Digest = new string('d', 64), DefaultCandidates = 8, CodebookSize = 1 << 17, CodesPerImage = 4, ImageSize = 2 };

    private static readonly int[] Codes = [0, 1, 255, 65535];

    private readonly GenerationRequest _request = GenerationRequest.Create(
        new() { Prompt = "красный круг,\n環 🗼", Seed = ulong.MaxValue, Candidates = 8, Keep = 2, TopK = 77, TopP = 0.1 + 0.2, Temperature = 1e-5, ReferenceQuirks = true }, Model);

    private List<KeyValuePair<string, string>> Texts(int[]? codes = null) => [.. ImageMetadata.Of(_request, 3, Sha256(codes ?? Codes), codes ?? Codes)];

    private static string Sha256(int[] codes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Vectors.ToBytes(codes)));

    private static byte[] Png(IReadOnlyList<KeyValuePair<string, string>> texts) => ImageWriter.Encode(new RgbImage(2, 2, new byte[12]), ImageFileFormat.Png, texts);

    [Fact]
    public void A_file_tells_all_that_draws_it_again()
    {
        var origin = ImageOrigin.Read(Png(Texts()))!;

        Assert.Equal(Codes, origin.Codes);
        Assert.Equal((3, Sha256(Codes), _request.Digest), (origin.Candidate, origin.CodesSha256, origin.RequestDigest));
        var again = GenerationRequest.Create(
            new()
            {
                Prompt = origin.Prompt,
                Seed = origin.Seed,
                Candidates = origin.Candidates,
                Keep = origin.Keep,
                TopK = origin.Sampling.TopK,
                TopP = origin.Sampling.TopP,
                Temperature = origin.Sampling.Temperature,
                ReferenceQuirks = origin.ReferenceQuirks,
            },
            Model);
        Assert.Equal(_request, again);
    }

    [Fact]
    public void Codes_take_two_bytes_each()
    {
        string text = Texts(new int[256]).Single(t => t.Key == "clipgen:codes").Value;
        Assert.Equal(512, Convert.FromBase64String(text).Length);
    }

    [Fact]
    public void Codes_of_more_than_16_bits_stay_out_of_the_file()
    {
        Assert.Null(ImageOrigin.Read(Png(Texts([65536, 0, 0, 0])))!.Codes);
    }

    [Fact]
    public void Files_of_before_there_were_codes_in_them_are_read()
    {
        var texts = Texts();
        texts.RemoveAll(t => t.Key is "clipgen:codes" or "clipgen:candidates" or "clipgen:n" or "clipgen:request_sha256");
        var origin = ImageOrigin.Read(texts)!;
        Assert.Equal((null, null, null, null), (origin.Codes, origin.Candidates, origin.Keep, origin.RequestDigest));
        Assert.Equal(_request.Prompt, origin.Prompt);
    }

    [Fact]
    public void Others_pictures_tell_nothing() => Assert.Null(ImageOrigin.Read(Png([new("Software", "ClipGen.Cluster"), new("prompt", "a cat")])));

    [Theory]
    [InlineData("clipgen:prompt", " ")]
    [InlineData("clipgen:model", "../../tmp/evil")]
    [InlineData("clipgen:model", "/tmp/evil")]
    [InlineData("clipgen:model", "C:evil")]
    [InlineData("clipgen:model", "..")]
    [InlineData("clipgen:model", "a\u001bb")]
    [InlineData("clipgen:model_digest", "dddd")]
    [InlineData("clipgen:seed", "-1")]
    [InlineData("clipgen:seed", "18446744073709551616")]
    [InlineData("clipgen:candidate", "8")]
    [InlineData("clipgen:candidate", "1024")]
    [InlineData("clipgen:candidates", "1025")]
    [InlineData("clipgen:n", "9")]
    [InlineData("clipgen:n", "0")]
    [InlineData("clipgen:sampling", "top_k=1")]
    [InlineData("clipgen:sampling", "top_k=1 top_p=2 temperature=1 reference_quirks=true")]
    [InlineData("clipgen:sampling", "top_k=1 top_p=1 temperature=NaN reference_quirks=true")]
    [InlineData("clipgen:sampling", "top_k=1 top_k=1 top_p=1 temperature=1")]
    [InlineData("clipgen:sampling", "top_k=0 top_p=1 temperature=1 reference_quirks=true")]
    [InlineData("clipgen:codes_sha256", "zz")]
    [InlineData("clipgen:codes", "")]
    [InlineData("clipgen:codes", "AA==")]
    [InlineData("clipgen:codes", "!!!!")]
    [InlineData("clipgen:codes", "AAAA AAA")]
    [InlineData("clipgen:codes", "AAABAAIAAwA=")]
    [InlineData("clipgen:request_sha256", "1")]
    public void What_cannot_be_is_named(string key, string value)
    {
        var error = Assert.Throws<InvalidDataException>(() => ImageOrigin.Read([.. Texts().Select(t => t.Key == key ? new(key, value) : t)]));
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Fact]
    public void Too_many_codes_are_not_even_decoded() =>
        Assert.Throws<InvalidDataException>(() => ImageOrigin.Read([.. Texts().Select(t => t.Key == "clipgen:codes" ? new(t.Key, new string('A', 1 << 20)) : t)]));

    [Fact]
    public void What_is_told_twice_or_not_at_all_is_named()
    {
        foreach (string key in new[] { "clipgen:prompt", "clipgen:seed", "clipgen:candidate", "clipgen:model", "clipgen:model_digest", "clipgen:sampling", "clipgen:codes_sha256" })
        {
            var texts = Texts();
            Assert.Contains("twice", Assert.Throws<InvalidDataException>(() => ImageOrigin.Read([.. texts, texts.Single(t => t.Key == key)])).Message);
            texts.RemoveAll(t => t.Key == key);
            Assert.Contains(key[8..], Assert.Throws<InvalidDataException>(() => ImageOrigin.Read(texts)).Message);
        }
    }

    [Fact]
    public void A_file_that_is_cut_or_flipped_anywhere_is_refused()
    {
        byte[] png = Png(Texts());
        for (int length = 0; length < png.Length; length++) Assert.Throws<InvalidDataException>(() => ImageOrigin.Read(png.AsSpan(0, length)));
        for (int at = 0; at < png.Length; at++)
        {
            byte[] damaged = [.. png];
            damaged[at] ^= (byte)(1 << (at % 8));
            Assert.Throws<InvalidDataException>(() => ImageOrigin.Read(damaged));
        }
    }

    /// <summary>Whoever changes a text can set its checksum right.</summary>
    [Fact]
    public void Texts_that_were_changed_with_their_checksum_are_read_or_refused_and_nothing_else() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1000], Gen.Char, Gen.Int[0, 2]).Sample(
            (which, at, c, how) =>
            {
                var texts = Texts();
                var (key, value) = texts[which % texts.Count];
                at %= value.Length;
                texts[which % texts.Count] = new(key, how switch { 0 => value[..at] + c + value[(at + 1)..], 1 => value[..at], _ => value[..at] + c + value[at..] });
                try
                {
                    return ImageOrigin.Read(Png(texts)) is { } origin && (origin.Codes is null || Sha256([.. origin.Codes]) == origin.CodesSha256);
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            },
            iter: 2000);
}
