using System.Globalization;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>
/// Random mixes of requests on the real engine: whoever joins, waits, leaves or stays, a candidate's codes and its image are those
/// of its request alone. <c>CLIPGEN_MIXES</c> says how many, <c>CLIPGEN_MIX_SEED</c> where their seeds begin.
/// </summary>
public sealed class MixTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static int First => Setting("CLIPGEN_MIX_SEED", 1);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(First, Setting("CLIPGEN_MIXES", 16))];

    public static TheoryData<int> LibtorchSeeds => [.. Enumerable.Range(First, Math.Max(1, Setting("CLIPGEN_MIXES", 16) / 2))];

    public static TheoryData<int> ShapesSeeds => [.. Enumerable.Range(First, Math.Max(1, Setting("CLIPGEN_MIXES", 16) / 16))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Codes_and_images_are_those_of_the_request_alone(int seed) =>
        await EqualsAlone(model.HairTrigger, Mix.Of(seed, EngineModel.Of(model.HairTrigger), most: 6));

    /// <summary>As a GPU does.</summary>
    [Theory]
    [MemberData(nameof(LibtorchSeeds))]
    public async Task So_are_those_that_libtorch_samples(int seed) =>
        await EqualsAlone(model.HairTrigger, Mix.Of(seed, EngineModel.Of(model.HairTrigger), most: 6), libtorch: true);

    /// <summary>The model that comes with the program: fewer, as a candidate takes 256 steps.</summary>
    [Theory]
    [MemberData(nameof(ShapesSeeds))]
    public async Task So_are_those_of_the_shapes_model(int seed)
    {
        var shapes = ModelBundle.Open(Path.Combine(Repository.Root, "src", "ClipGen.Cli", "models", "shapes"));

        await EqualsAlone(shapes, Mix.Of(seed, EngineModel.Of(shapes), most: 3));
    }

    [Fact]
    public async Task A_seed_plays_the_same_mix_again()
    {
        var ended = new List<(int Drawn, bool Cancelled)>();
        for (int seed = 1; seed <= 6; seed++)
        {
            var mix = Mix.Of(seed, EngineModel.Of(model.HairTrigger), most: 6);
            var first = await EndsAsync(mix);
            Assert.Equal(first, await EndsAsync(mix));
            ended.AddRange(first);
        }

        // Cancelled in the queue, in the midst of its codes, and not at all.
        Assert.Contains((0, true), ended);
        Assert.Contains(ended, end => end.Cancelled && end.Drawn > 0);
        Assert.Contains((TinyModel.Codes, false), ended);
    }

    private static async Task EqualsAlone(ModelBundle bundle, Mix mix, bool libtorch = false)
    {
        await using var engine = await StartAsync(bundle, mix, libtorch);
        var outcomes = await PlayAsync(engine, mix);

        // A row's arithmetic may depend on the number of rows where libtorch computes it, and on nothing else.
        int slots = libtorch ? mix.GroupSize : 1;
        await using var alone = await TinyModel.StartAsync(bundle, slots, slots, libtorch: libtorch);
        foreach (var outcome in outcomes)
        {
            if (outcome.Codes is null)
            {
                Assert.True(outcome.Request.CancelAt is not null, $"{mix}: candidate {outcome.Job.Candidate} was never drawn.");
                continue;
            }
            int[] expected = (await alone.SampleAsync(outcome.Job, null, Stop)).Codes;
            Assert.True(expected.AsSpan().SequenceEqual(outcome.Codes), $"""
                {mix}: a candidate is not what its request gives alone from code {expected.AsSpan().CommonPrefixLength(outcome.Codes)} on.
                seed {outcome.Job.Seed}, candidate {outcome.Job.Candidate}, {outcome.Job.Sampling}, joined after {outcome.Request.JoinAt} codes
                alone: {string.Join(' ', expected)}
                here:  {string.Join(' ', outcome.Codes)}
                """);
        }
        foreach (var request in outcomes.Where(outcome => outcome.Codes is not null).GroupBy(outcome => outcome.Request)) await ImagesEqualAlone(engine, alone, mix, [.. request]);
    }

    /// <summary>Of the candidates together where the mix was played, and one by one.</summary>
    private static async Task ImagesEqualAlone(DeviceEngine engine, DeviceEngine alone, Mix mix, MixOutcome[] outcomes)
    {
        var job = new DecodeJob(
            outcomes[0].Job.Embedding, [.. outcomes.Select(outcome => (outcome.Job.Candidate, outcome.Codes!))], outcomes.Length, ImageFileFormat.Png, Metadata: null, ReferenceQuirks: false);
        foreach (var ranked in (await engine.DecodeAndRankAsync(job, Stop)).Candidates)
        {
            var lone = job with { Candidates = [job.Candidates.First(item => item.Candidate == ranked.Candidate)], Keep = 1 };
            var expected = (await alone.DecodeAndRankAsync(lone, Stop)).Candidates[0];
            Assert.True(expected.ClipScore == ranked.ClipScore && expected.File.AsSpan().SequenceEqual(ranked.File), $"{mix}: candidate {ranked.Candidate} has another score or other pixels.");
        }
    }

    private static Task<DeviceEngine> StartAsync(ModelBundle bundle, Mix mix, bool libtorch = false) =>
        TinyModel.StartAsync(bundle, mix.GroupSize * mix.Groups, mix.GroupSize, mix.Threads, libtorch: libtorch);

    private static async Task<IReadOnlyList<MixOutcome>> PlayAsync(DeviceEngine engine, Mix mix)
    {
        using var player = new MixPlayer(engine, mix, Stop);
        return await player.PlayAsync();
    }

    private async Task<(int Drawn, bool Cancelled)[]> EndsAsync(Mix mix)
    {
        await using var engine = await StartAsync(model.HairTrigger, mix);
        return [.. (await PlayAsync(engine, mix)).Select(outcome => (outcome.Drawn, outcome.Codes is null))];
    }

    private static int Setting(string variable, int standard) =>
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? $"{standard}", CultureInfo.InvariantCulture);
}
