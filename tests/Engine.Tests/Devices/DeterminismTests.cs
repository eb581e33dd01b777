using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>A candidate's codes depend on its request alone, not on what runs before or beside it.</summary>
public sealed class DeterminismTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_request_gives_the_same_codes_and_another_seed_others()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var job = model.Job(0);

        int[] first = (await engine.SampleAsync(job, null, Stop)).Codes;

        Assert.Equal(first, (await engine.SampleAsync(job, null, Stop)).Codes);
        Assert.NotEqual(first, (await engine.SampleAsync(job with { Seed = 7 }, null, Stop)).Codes);
        Assert.NotEqual(first, (await engine.SampleAsync(job with { Candidate = 1 }, null, Stop)).Codes);
        Assert.NotEqual(first, (await engine.SampleAsync(job with { Embedding = model.Job(1).Embedding }, null, Stop)).Codes);
        Assert.All(first, code => Assert.InRange(code, 0, 15));
        Assert.Equal(TinyModel.Codes, first.Length);
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(5, 8)]
    [InlineData(8, 8)]    // more than the slots: the last one joins when another is done
    [InlineData(20, 8)]
    [InlineData(8, 16)]   // two groups of 8
    [InlineData(20, 16)]
    public async Task Alone_or_among_others(int others, int slots)
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots);

        await EqualsAlone(engine, [.. Enumerable.Range(0, others + 1).Select(i => model.Job(i))]);
    }

    /// <summary>Each request enters when the one before has drawn three codes, so that all stand at different places.</summary>
    [Fact]
    public async Task Joining_midway()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var jobs = Enumerable.Range(0, 12).Select(i => model.Job(i)).ToArray();
        var running = new List<Task<SampledCandidate>>();
        foreach (var job in jobs)
        {
            var under = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            running.Add(engine.SampleAsync(job, drawn => { if (drawn == 3) under.SetResult(); }, Stop));
            await under.Task.WaitAsync(Stop);
        }

        foreach (var (job, task) in jobs.Zip(running)) Assert.Equal(await model.AloneAsync(job), (await task).Codes);
    }

    [Fact]
    public async Task In_one_run_or_in_two_halves()
    {
        var jobs = Enumerable.Range(0, 8).Select(candidate => model.Job(3, candidate)).ToArray();
        await using var whole = await TinyModel.StartAsync(model.Sound);
        await using var half = await TinyModel.StartAsync(model.Sound);

        int[][] together = await Sample(whole, jobs);
        int[][] low = await Sample(half, jobs[..4]), high = await Sample(half, jobs[4..]);

        Assert.Equal(together, [.. low, .. high]);
        Assert.Equal(8, together.Select(codes => string.Join(' ', codes)).Distinct().Count());
    }

    [Fact]
    public async Task With_one_thread_or_two()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, threads: 2);

        await EqualsAlone(engine, [.. Enumerable.Range(0, 9).Select(i => model.Job(i))]);
    }

    [Fact]
    public async Task Encoding_and_decoding_beside_it()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var prompt = await engine.EncodeAsync("a red circle", false, Stop);
        var decode = new DecodeJob(prompt.Vector, [(0, new int[TinyModel.Codes]), (1, [.. Enumerable.Range(0, TinyModel.Codes)])], 0, default, null, false);
        var ranked = await engine.DecodeAndRankAsync(decode, Stop);

        var jobs = Enumerable.Range(0, 10).Select(i => model.Job(i)).ToArray();
        var sampling = Sample(engine, jobs);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(prompt.Vector, (await engine.EncodeAsync("a red circle", false, Stop)).Vector);
            Assert.Equal(ranked.Candidates, (await engine.DecodeAndRankAsync(decode, Stop)).Candidates);
        }

        foreach (var (job, codes) in jobs.Zip(await sampling)) Assert.Equal(await model.AloneAsync(job), codes);
    }

    private async Task EqualsAlone(DeviceEngine engine, SampleJob[] jobs)
    {
        foreach (var (job, codes) in jobs.Zip(await Sample(engine, jobs))) Assert.Equal(await model.AloneAsync(job), codes);
    }

    private static async Task<int[][]> Sample(DeviceEngine engine, SampleJob[] jobs) =>
        [.. (await Task.WhenAll(jobs.Select(job => engine.SampleAsync(job, null, Stop)))).Select(result => result.Codes)];
}
