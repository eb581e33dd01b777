using System.Security.Cryptography;
using ClipGen.Engine.Devices;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

public sealed class DecodeAndRankTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly int[] Zeros = new int[TinyModel.Codes], Rising = [.. Enumerable.Range(0, TinyModel.Codes)], Falling = [.. Rising.Reverse()];

    [Fact]
    public async Task Candidates_come_best_first_and_equal_ones_by_number()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var ranked = await engine.DecodeAndRankAsync(Job([(9, Rising), (4, Zeros), (7, Falling), (2, Rising), (5, Rising)]), Stop);

        Assert.Equal(ranked.Candidates.OrderByDescending(c => c.ClipScore).ThenBy(c => c.Candidate), ranked.Candidates);
        Assert.Equal([2, 5, 9], ranked.Candidates.Select(c => c.Candidate).Where(c => c is 2 or 5 or 9));
        Assert.Equal(3, ranked.Candidates.Select(c => c.ClipScore).Distinct().Count());
        Assert.All(ranked.Candidates, c => Assert.InRange(c.ClipScore, -1.00001, 1.00001));
        Assert.True(ranked.DecodeDeviceSeconds > 0 && ranked.RerankDeviceSeconds > 0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(9, 3)]
    public async Task Only_the_best_become_files(int keep, int files)
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var ranked = await engine.DecodeAndRankAsync(Job([(0, Zeros), (1, Rising), (2, Falling)]) with { Keep = keep }, Stop);

        Assert.Equal([.. Enumerable.Repeat(true, files), .. Enumerable.Repeat(false, 3 - files)], ranked.Candidates.Select(c => c.File is not null));
    }

    [Fact]
    public async Task A_file_carries_its_own_metadata()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var job = Job([(0, Zeros), (1, Rising)]) with { Keep = 2, Metadata = (candidate, sha) => [new("candidate", $"{candidate}"), new("codes", sha)] };

        var ranked = await engine.DecodeAndRankAsync(job, Stop);

        foreach (var (candidate, codes) in job.Candidates)
        {
            var result = ranked.Candidates.Single(c => c.Candidate == candidate);
            string sha = Convert.ToHexStringLower(SHA256.HashData([.. codes.SelectMany(code => new byte[] { (byte)code, 0, 0, 0 })]));
            Assert.Equal(sha, result.CodesSha256);
            Assert.Equal([new("candidate", $"{candidate}"), new("codes", sha)], PngMetadata.Read(result.File));
            var image = ImageReader.Decode(result.File!);
            Assert.Equal((16, 16), (image.Width, image.Height));
        }
    }

    [Fact]
    public async Task The_originals_pixel_range_gives_other_scores_and_the_same_images()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var job = Job([(0, Rising)]) with { Keep = 1 };

        var ours = (await engine.DecodeAndRankAsync(job, Stop)).Candidates[0];
        var original = (await engine.DecodeAndRankAsync(job with { ReferenceQuirks = true }, Stop)).Candidates[0];

        Assert.NotEqual(ours.ClipScore, original.ClipScore);
        Assert.Equal(ours.File, original.File);
    }

    public static TheoryData<string> Mistakes => ["short embedding", "long embedding", "embedding with NaN", "too few codes", "too many codes", "negative code", "code past the codebook"];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task What_does_not_fit_the_model_is_refused(string mistake)
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        float[] embedding = [.. model.Job(0).Embedding];
        int[] codes = [.. Rising];
        switch (mistake)
        {
            case "short embedding": embedding = embedding[1..]; break;
            case "long embedding": embedding = [.. embedding, 0]; break;
            case "embedding with NaN": embedding[3] = float.NaN; break;
            case "too few codes": codes = codes[1..]; break;
            case "too many codes": codes = [.. codes, 0]; break;
            case "negative code": codes[2] = -1; break;
            default: codes[2] = 16; break;
        }

        await Assert.ThrowsAsync<ArgumentException>(() => engine.DecodeAndRankAsync(Job([(0, Rising), (1, codes)]) with { Embedding = embedding }, Stop));
        if (mistake.Contains("embedding", StringComparison.Ordinal))
            await Assert.ThrowsAsync<ArgumentException>(() => engine.SampleAsync(model.Job(0) with { Embedding = embedding }, null, Stop));
    }

    private DecodeJob Job(IReadOnlyList<(int Candidate, int[] Codes)> candidates) => new(model.Job(0).Embedding, candidates, Keep: 0, ImageFileFormat.Png, Metadata: null, ReferenceQuirks: false);
}
