using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>A run that goes on where another has ended draws the codes of an undisturbed one, to the last bit of every logit.</summary>
public sealed class ResumeTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(6, false)]
    [InlineData(8, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(6, true)]
    [InlineData(8, true)]
    public async Task From_any_place_beside_others(int groupSize, bool libtorch)
    {
        await using var alone = await TinyModel.StartAsync(model.HairTrigger, groupSize, groupSize, libtorch: libtorch);
        await using var engine = await TinyModel.StartAsync(model.HairTrigger, groupSize, groupSize, threads: 2, libtorch: libtorch);
        var running = new List<(int[] Expected, Task<SampledCandidate> Resumed)>();
        for (int i = 0; i < 40; i++)
        {
            var job = model.Job(i);
            int[] codes = (await alone.SampleAsync(job, null, Stop)).Codes;
            running.Add((codes, engine.SampleAsync(i % 5 == 0 ? job : job with { Drawn = codes[..(i % TinyModel.Codes)] }, null, Stop)));
        }

        foreach (var (expected, resumed) in running) Assert.Equal(expected, (await resumed).Codes);
    }

    /// <summary>The model that comes with the program.</summary>
    [Fact]
    public async Task With_the_shapes_model()
    {
        var shapes = ModelBundle.Open(Path.Combine(Repository.Root, "src", "ClipGen.Cli", "models", "shapes"));
        await using var engine = await TinyModel.StartAsync(shapes);
        var prompt = await engine.EncodeAsync("a small blue square on a black background", false, Stop);
        var jobs = Enumerable.Range(0, 8).Select(candidate => new SampleJob(prompt.Vector, Seed: 3, candidate, new(128, 0.95, 1))).ToArray();
        int[][] whole = await SampleAsync(engine, jobs);

        int[][] resumed = await SampleAsync(engine, [.. jobs.Select((job, i) => job with { Drawn = whole[i][..(36 * i)] })]);

        Assert.Equal(whole, resumed);
    }

    [Fact]
    public async Task Given_codes_are_neither_drawn_nor_reported_again()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var others = await model.AloneAsync(model.Job(4));
        var reported = new List<int>();

        // Another request's codes: this one would not draw them.
        int[] codes = (await engine.SampleAsync(model.Job(0) with { Drawn = others[..10] }, reported.Add, Stop)).Codes;

        Assert.Equal(others[..10], codes[..10]);
        Assert.Equal([11, 12, 13, 14, 15, 16], reported);
    }

    [Fact]
    public async Task Codes_that_cannot_be_its_own_are_refused()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        foreach (int[] drawn in new[] { new int[TinyModel.Codes], [16], [3, -1] })
            await Assert.ThrowsAsync<ArgumentException>(() => engine.SampleAsync(model.Job(0) with { Drawn = drawn }, null, Stop));
    }

    private static async Task<int[][]> SampleAsync(DeviceEngine engine, SampleJob[] jobs) =>
        [.. (await Task.WhenAll(jobs.Select(job => engine.SampleAsync(job, null, Stop)))).Select(result => result.Codes)];
}
