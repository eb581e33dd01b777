using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>What comes out of a simulated device, whatever the time.</summary>
public sealed class SimulatedModelTests
{
    private readonly ManualTime time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Codes_do_not_depend_on_what_else_is_sampled_or_where()
    {
        await using var lone = CreateSut();
        await using var busy = CreateSut(options => (options.Slots, options.StepTime) = (3, 0.005), index: 4);
        SampleJob[] jobs = [.. Enumerable.Range(0, 10).Select(i => Job(lone) with { Seed = (ulong)(i / 2), Candidate = i })];

        var together = Array.ConvertAll(jobs, job => busy.SampleAsync(job, null, Stop));

        foreach (var (job, task) in jobs.Reverse().Zip(together.Reverse()))
            Assert.Equal((await time.AdvanceUntilAsync(lone.SampleAsync(job, null, Stop))).Codes, (await time.AdvanceUntilAsync(task)).Codes);
    }

    [Fact]
    public async Task Everything_in_a_job_changes_its_codes()
    {
        await using var device = CreateSut();
        var job = Job(device);
        float[] other = [.. job.Embedding];
        other[^1] += 0.001f;
        SampleJob[] jobs =
        [
            job, job with { Seed = 2 }, job with { Seed = 1UL << 40 }, job with { Candidate = 1 }, job with { Embedding = other },
            job with { Sampling = new(499, 0.95, 1) }, job with { Sampling = new(500, 0.9, 1) }, job with { Sampling = new(500, 0.95, 0.5) },
        ];

        var codes = new List<int[]>();
        foreach (var one in jobs) codes.Add((await time.AdvanceUntilAsync(device.SampleAsync(one, null, Stop))).Codes);

        // Chance alone makes 256 codes of 16384 agree in one place in 64 comparisons.
        for (int i = 0; i < codes.Count; i++)
        {
            Assert.All(codes[i], code => Assert.InRange(code, 0, device.Model.CodebookSize - 1));
            for (int k = 0; k < i; k++) Assert.True(codes[i].Zip(codes[k]).Count(pair => pair.First == pair.Second) < 5, $"{jobs[i]} and {jobs[k]}");
        }
        Assert.True(codes[0].Distinct().Count() > 200);
    }

    [Fact]
    public async Task Pace_and_room_make_no_other_model_and_everything_else_does()
    {
        await using var device = CreateSut();
        await using var pace = CreateSut(options => (options.Slots, options.MaxWaiting, options.StepTime, options.EncodeTime, options.DecodeTime) = (2, 3, 1, 2, 3));
        Action<SimulatedDeviceOptions>[] changes =
        [
            options => options.Model = "other", options => options.CodesPerImage = 255, options => options.CodebookSize = 512,
            options => options.ImageSize = 16, options => options.EmbeddingSize = 64, options => options.DefaultCandidates = 4,
        ];
        var digests = new HashSet<string> { device.Model.Digest };

        Assert.Equal(device.Model, pace.Model);
        foreach (var change in changes)
        {
            await using var other = CreateSut(change);
            Assert.True(digests.Add(other.Model.Digest), $"{other.Model}");
        }
    }

    [Fact]
    public async Task It_says_what_it_is()
    {
        await using var device = CreateSut(index: 3);

        Assert.Equal(new DeviceInfo("sim", 3, 64), device.Device);
        Assert.Equal(new EngineModel("sim", "51a77c37b46332702dd83ae2654b5af7f686ad48ebc3199e7ee68aabc1fbb68e", 8, 16384, 256, 32, 512), device.Model);
    }

    [Fact]
    public async Task A_prompt_becomes_a_vector_of_length_one_that_is_its_own()
    {
        await using var device = CreateSut();

        var red = await time.AdvanceUntilAsync(device.EncodeAsync("a red circle", false, Stop));
        var again = await time.AdvanceUntilAsync(device.EncodeAsync("a red circle", false, Stop));
        var green = await time.AdvanceUntilAsync(device.EncodeAsync("a green circle", false, Stop));

        Assert.Equal(512, red.Vector.Length);
        Assert.Equal(1, Math.Sqrt(red.Vector.Sum(v => (double)v * v)), 1e-5);
        Assert.Equal(red.Vector, again.Vector);
        Assert.InRange(red.Vector.Zip(green.Vector).Sum(pair => pair.First * pair.Second), -0.3, 0.3);
        Assert.Equal((5, false, 0.002), (red.Tokens, red.Truncated, red.DeviceSeconds));
    }

    [Theory]
    [InlineData(ImageFileFormat.Png)]
    [InlineData(ImageFileFormat.Jpeg)]
    [InlineData(ImageFileFormat.Webp)]
    public async Task Equal_jobs_make_equal_files_on_any_device(ImageFileFormat format)
    {
        await using var one = CreateSut();
        await using var other = CreateSut(options => options.Slots = 1, index: 1);

        var ranked = await time.AdvanceUntilAsync(one.DecodeAndRankAsync(Decode(one) with { Format = format }, Stop));
        var again = await time.AdvanceUntilAsync(other.DecodeAndRankAsync(Decode(other) with { Format = format }, Stop));

        Assert.Equal(3, ranked.Candidates.Count(c => c.File is not null));
        Assert.Equal(3, ranked.Candidates.Take(3).Select(c => Hex(c.File)).Distinct().Count());
        foreach (var (a, b) in ranked.Candidates.Zip(again.Candidates)) Assert.Equal((a.Candidate, a.ClipScore, Hex(a.File)), (b.Candidate, b.ClipScore, Hex(b.File)));
        Assert.All(ranked.Candidates.Take(3), c => Assert.Equal((32, 32), (ImageReader.Decode(c.File!).Width, ImageReader.Decode(c.File!).Height)));
    }

    [Fact]
    public async Task Candidates_come_best_first_with_their_own_metadata()
    {
        await using var device = CreateSut();

        var ranked = await time.AdvanceUntilAsync(device.DecodeAndRankAsync(Decode(device), Stop));

        Assert.Equal(ranked.Candidates.OrderByDescending(c => c.ClipScore).ThenBy(c => c.Candidate), ranked.Candidates);
        Assert.Equal([0, 1, 2, 3, 7, 9], ranked.Candidates.Select(c => c.Candidate).Order());
        Assert.Equal(ranked.Candidates.Single(c => c.Candidate == 3).ClipScore, ranked.Candidates.Single(c => c.Candidate == 9).ClipScore);
        Assert.All(ranked.Candidates, c => Assert.InRange(c.ClipScore, 0, 0.5));
        Assert.All(ranked.Candidates.Take(3), c => Assert.Equal([new("candidate", $"{c.Candidate}"), new("codes", c.CodesSha256)], PngMetadata.Read(c.File)));
        Assert.Equal(6 * 0.004, ranked.DecodeDeviceSeconds, 1e-9);
    }

    [Fact]
    public async Task Neither_prompt_nor_codes_alone_decide_the_score()
    {
        await using var device = CreateSut();
        var job = Decode(device);
        float[] opposite = Array.ConvertAll(job.Embedding, value => -value);

        var ranked = await time.AdvanceUntilAsync(device.DecodeAndRankAsync(job, Stop));
        var others = await time.AdvanceUntilAsync(device.DecodeAndRankAsync(job with { Embedding = opposite }, Stop));

        Assert.Equal(5, ranked.Candidates.Select(c => c.ClipScore).Distinct().Count()); // 3 and 9 are alike
        Assert.Empty(ranked.Candidates.Select(c => c.ClipScore).Intersect(others.Candidates.Select(c => c.ClipScore)));
    }

    [Fact]
    public async Task What_does_not_fit_the_model_is_refused()
    {
        await using var device = CreateSut();
        var job = Decode(device);

        await Assert.ThrowsAsync<ArgumentException>(() => device.SampleAsync(Job(device) with { Embedding = new float[8] }, null, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => device.DecodeAndRankAsync(job with { Embedding = new float[8] }, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => device.DecodeAndRankAsync(job with { Candidates = [(0, new int[255])] }, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => device.DecodeAndRankAsync(job with { Candidates = [(0, [.. new int[255], 16384])] }, Stop));
    }

    private static string Hex(byte[]? file) => Convert.ToHexString(file ?? []);

    private static SampleJob Job(SimulatedDevice device) => new(Vector(device), Seed: 1, Candidate: 0, new(500, 0.95, 1));

    private static DecodeJob Decode(SimulatedDevice device) => new(
        Vector(device), [.. ((int[])[9, 0, 1, 2, 3, 7]).Select(candidate => (candidate, MakeCodes(candidate == 9 ? 3 : candidate)))], Keep: 3, ImageFileFormat.Png,
        (candidate, sha) => [new("candidate", $"{candidate}"), new("codes", sha)], ReferenceQuirks: false);

    private static int[] MakeCodes(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 256).Select(_ => random.Next(16_384))];
    }

    private static float[] Vector(SimulatedDevice device) => [.. Enumerable.Range(0, device.Model.EmbeddingSize).Select(i => (i % 7 - 3) / 10f)];

    private SimulatedDevice CreateSut(Action<SimulatedDeviceOptions>? change = null, int index = 0)
    {
        var options = new SimulatedDeviceOptions();
        change?.Invoke(options);
        return new(index, options, time);
    }
}
