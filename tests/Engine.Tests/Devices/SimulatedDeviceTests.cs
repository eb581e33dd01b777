using System.Globalization;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>When things happen. Steps of 20 ms, sequences of 40 of them.</summary>
public sealed class SimulatedDeviceTests
{
    private const int Codes = 40;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>For what has happened already, but is told on another thread.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTime time = new();
    private readonly List<string> log = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sequence_is_complete_after_its_last_step_and_not_before()
    {
        await using var device = CreateSut();
        var sampling = Sample(device, 0);

        time.Advance(Codes * Step - TimeSpan.FromTicks(1));
        Assert.Empty(Ends());
        time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(["0 after 40"], Ends());
        var sampled = await sampling;
        Assert.Equal((0, Codes), (sampled.Candidate, sampled.Codes.Length));
        Assert.Equal(Codes * Step.TotalSeconds, sampled.DeviceSeconds, 1e-9);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(19, 1)]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    [InlineData(410, 21)]
    public async Task A_sequence_joins_at_the_next_step(int milliseconds, int step)
    {
        await using var device = CreateSut();
        var first = Sample(device, 0);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        var second = Sample(device, 1);
        time.Advance(200 * Step);

        Assert.Equal(["0 after 40", $"1 after {step + Codes}"], Ends());
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task An_idle_device_begins_at_once()
    {
        await using var device = CreateSut();
        var first = Sample(device, 0);
        time.Advance(50.5 * Step);

        var second = Sample(device, 1);
        time.Advance(200 * Step);

        Assert.Equal(["0 after 40", "1 after 90.5"], Ends());
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task No_more_than_the_slots_run_at_once_and_the_others_follow_in_their_order()
    {
        await using var device = CreateSut(slots: 2);
        var first = Sample(device, 0);
        time.Advance(10 * Step);
        Task[] others = [.. Enumerable.Range(1, 4).Select(i => Sample(device, i))];

        time.Advance(500 * Step);

        Assert.Equal(["0 after 40", "1 after 50", "2 after 80", "3 after 90", "4 after 120"], Ends());
        await Task.WhenAll([first, .. others]);
    }

    [Theory]
    [InlineData(30, 2)]
    [InlineData(40, 3)]
    [InlineData(41, 3)]
    public async Task A_cancelled_sequence_leaves_when_the_present_step_ends_and_the_next_takes_its_slot(int milliseconds, int step)
    {
        await using var device = CreateSut(slots: 1);
        using var cancellation = new CancellationTokenSource();
        var first = Sample(device, 0, cancellation.Token);
        var second = Sample(device, 1);
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        await cancellation.CancelAsync();
        Assert.False(first.IsCompleted);
        time.Advance(step * Step - time.Now);
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience, Stop));
        time.Advance(200 * Step);

        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.Equal([$"1 after {step + Codes}"], Ends());
        Assert.DoesNotContain(log, line => line.StartsWith("0 ", StringComparison.Ordinal));
        Assert.Equal(Codes * Step.TotalSeconds, (await second).DeviceSeconds, 1e-9);
    }

    [Fact]
    public async Task A_waiting_sequence_leaves_at_once()
    {
        await using var device = CreateSut(slots: 1);
        using var cancellation = new CancellationTokenSource();
        var first = Sample(device, 0);
        var second = Sample(device, 1, cancellation.Token);
        var third = Sample(device, 2);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience, Stop));
        time.Advance(200 * Step);
        Assert.Equal(["0 after 40", "2 after 80"], Ends());
        await Task.WhenAll(first, third);
    }

    [Fact]
    public async Task What_is_cancelled_already_takes_no_time()
    {
        await using var device = CreateSut();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Sample(device, 0, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => device.EncodeAsync("red", false, cancelled));
        Assert.Equal(0, time.Pending);
    }

    [Fact]
    public async Task Completion_at_the_same_step_comes_before_cancellation()
    {
        await using var device = CreateSut();
        using var cancellation = new CancellationTokenSource();
        var sampling = Sample(device, 0, cancellation.Token);
        time.Advance((Codes - 0.5) * Step);

        await cancellation.CancelAsync();
        time.Advance(Step);

        Assert.Equal(Codes, (await sampling).Codes.Length);
    }

    [Fact]
    public async Task Shares_of_the_device_add_up_to_the_time_it_was_busy()
    {
        await using var device = CreateSut(slots: 3);
        using var cancellation = new CancellationTokenSource();
        var first = Sample(device, 0);
        time.Advance(10 * Step);
        var second = Sample(device, 1);
        time.Advance(10 * Step);
        Task<SampledCandidate>[] more = [Sample(device, 2), Sample(device, 3)];

        time.Advance(500 * Step);

        // In steps: the first runs 10 alone, 10 with another and 20 with two; the last, 10 with two, 10 with another and 20 alone.
        double[] shares = [(await first).DeviceSeconds, (await second).DeviceSeconds, .. (await Task.WhenAll(more)).Select(s => s.DeviceSeconds)];
        Assert.Equal([21.6667, 15, 15, 28.3333], shares.Select(s => Math.Round(s / Step.TotalSeconds, 4)));
        Assert.Equal(80 * Step.TotalSeconds, shares.Sum(), 1e-9);
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_until_there_is_room_again()
    {
        await using var device = CreateSut(slots: 1, maxWaiting: 2);
        var taken = Enumerable.Range(0, 3).Select(i => Sample(device, i)).ToList();

        await Assert.ThrowsAsync<EngineBusyException>(() => Sample(device, 3));
        time.Advance(Codes * Step);
        taken.Add(Sample(device, 4));
        await Assert.ThrowsAsync<EngineBusyException>(() => Sample(device, 5));
        time.Advance(500 * Step);

        Assert.Equal(["0 after 40", "1 after 80", "2 after 120", "4 after 160"], Ends());
        await Task.WhenAll(taken);
    }

    [Fact]
    public async Task Free_slots_take_sequences_that_may_not_wait()
    {
        await using var device = CreateSut(slots: 2, maxWaiting: 0);
        var first = Sample(device, 0);
        time.Advance(Step / 2);

        var second = Sample(device, 1); // until the next step; then the slot is its own
        await Assert.ThrowsAsync<EngineBusyException>(() => Sample(device, 2));

        time.Advance(100 * Step);
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task A_machine_that_stalls_changes_nothing_that_is_due_meanwhile()
    {
        await using var device = CreateSut(slots: 1);
        Task<SampledCandidate>[] sampling = [Sample(device, 0), Sample(device, 1), Sample(device, 2)];

        time.Stall(90.3 * Step);
        time.Advance(100 * Step);

        // The second has begun and ended unnoticed, and the third too began at its time.
        Assert.Equal(["0 after 90.3", "1 after 90.3", "2 after 120"], Ends());
        Assert.All(await Task.WhenAll(sampling), sampled => Assert.Equal(Codes * Step.TotalSeconds, sampled.DeviceSeconds, 1e-9));
    }

    [Theory]
    [InlineData(256, 0.02, 13, 20)]
    [InlineData(256, 0.001, 100, 3)]
    [InlineData(256, 0.5, 13, 20)]
    [InlineData(40, 0.02, 5, 8)]
    [InlineData(4, 0.02, 4, 1)]
    public async Task Progress_comes_about_twenty_times_but_not_ten_times_a_second(int codes, double stepTime, int every, int reports)
    {
        await using var device = new SimulatedDevice(0, new() { CodesPerImage = codes, StepTime = stepTime }, time);
        var drawn = new List<int>();
        var sampling = device.SampleAsync(Job(0, device), drawn.Add, Stop);

        time.Advance(TimeSpan.FromSeconds(codes * stepTime));

        Assert.Equal([.. Enumerable.Range(1, reports - 1).Select(i => i * every), codes], drawn);
        await sampling;
    }

    [Fact]
    public async Task A_caller_whose_own_code_fails_loses_its_slot_and_nobody_else_does()
    {
        await using var device = CreateSut(slots: 2);
        var first = device.SampleAsync(Job(0, device), drawn => throw new NotSupportedException($"at {drawn}"), Stop);
        var second = Sample(device, 1);
        var third = Sample(device, 2);

        time.Advance(200 * Step);

        Assert.Equal("at 5", (await Assert.ThrowsAsync<NotSupportedException>(() => first)).Message);
        Assert.Equal(["1 after 40", "2 after 46"], Ends());
        await Task.WhenAll(second, third);
    }

    [Fact]
    public async Task Callers_may_cancel_and_sample_from_their_own_progress()
    {
        await using var device = CreateSut(slots: 1);
        using var cancellation = new CancellationTokenSource();
        Task<SampledCandidate>? second = null;
        var first = device.SampleAsync(
            Job(0, device),
            drawn =>
            {
                second ??= Sample(device, 1);
                if (drawn == 10) cancellation.Cancel();
                Assert.True(drawn <= 10);
            },
            cancellation.Token);

        time.Advance(200 * Step);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience, Stop));
        Assert.Equal(["1 after 51"], Ends());
        await second!;
    }

    [Fact]
    public async Task Encoding_and_decoding_go_on_beside_the_sampling_one_after_another()
    {
        await using var device = CreateSut();
        var sampling = Sample(device, 0);
        var ends = new List<string>();
        var decoding = Note("decode", device.DecodeAndRankAsync(DecodeJob(device, 5), Stop));
        var encoding = Note("encode", device.EncodeAsync("red", false, Stop));

        time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(decoding.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await decoding;
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(encoding.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await encoding;
        time.Advance(100 * Step);

        Assert.Equal(["0 after 40"], Ends());
        Assert.Equal(["decode 20", "encode 22"], ends);
        await sampling;

        async Task Note<T>(string what, Task<T> task)
        {
            await task;
            ends.Add($"{what} {time.Now.TotalMilliseconds}");
        }
    }

    [Fact]
    public async Task Work_beside_the_sampling_has_a_bounded_queue_that_callers_can_leave()
    {
        await using var device = CreateSut(maxJobs: 2);
        using var cancellation = new CancellationTokenSource();
        var first = device.EncodeAsync("red", false, Stop);
        var second = device.EncodeAsync("green", false, cancellation.Token);
        var third = device.EncodeAsync("blue", false, Stop);

        await Assert.ThrowsAsync<EngineBusyException>(() => device.EncodeAsync("grey", false, Stop));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience, Stop));
        time.Advance(TimeSpan.FromMilliseconds(4)); // two jobs of 2 ms; the second takes none

        await Task.WhenAll(first, third).WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Disposing_fails_whatever_runs_or_waits_and_whoever_comes_later()
    {
        var device = CreateSut(slots: 1);
        using var cancellation = new CancellationTokenSource();
        Task[] all =
        [
            Sample(device, 0), Sample(device, 1, cancellation.Token), device.EncodeAsync("red", false, Stop), device.DecodeAndRankAsync(DecodeJob(device, 1), Stop),
        ];
        time.Advance(TimeSpan.FromMilliseconds(1));

        await device.DisposeAsync();
        await cancellation.CancelAsync();
        await device.DisposeAsync();
        time.Advance(200 * Step);

        foreach (var task in all) await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Sample(device, 2));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => device.EncodeAsync("red", false, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => device.DecodeAndRankAsync(DecodeJob(device, 1), Stop));
        Assert.Empty(log);
        Assert.Equal(0, time.Pending);
    }

    [Fact]
    public async Task A_sequence_that_is_given_codes_draws_the_others_only()
    {
        await using var device = CreateSut();
        var undisturbed = Sample(device, 0);
        time.Advance(0.5 * Step);   // joins at the second step, and ends before it
        var others = Enumerable.Range(1, 30).ToArray();

        var resumed = Sample(device, 0, drawn: others);
        time.Advance(200 * Step);

        Assert.Equal(["0 after 11", "0 after 40"], Ends());
        var alone = await undisturbed;
        int[] expected = [.. others, .. alone.Codes.Skip(30)];
        Assert.Equal(expected, (await resumed).Codes);
    }

    [Fact]
    public async Task Codes_drawn_so_far_are_told_where_they_are_wanted()
    {
        await using var device = CreateSut();
        var told = new List<int[]>();
        using var cancellation = new CancellationTokenSource();
        var job = Job(0, device) with { Glimpses = new([4, 8, 12, 36], told.Add), Drawn = (await Whole(device))[..5] };

        var sampling = device.SampleAsync(job, _ => { }, cancellation.Token);   // reports come every fifth step
        time.Advance(5 * Step);
        Assert.Equal([8], told.Select(codes => codes.Length));
        time.Advance(3 * Step);
        await cancellation.CancelAsync();
        time.Advance(Step);

        Assert.Equal([8, 12], told.Select(codes => codes.Length));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sampling.WaitAsync(Patience, Stop));
        int[] whole = await Whole(device);
        Assert.Equal(whole[..12], told[1]);
    }

    [Fact]
    public async Task The_poison_seed_crashes_halfway_and_no_other_seed_does()
    {
        var crashes = new List<double>();
        await using var device = new SimulatedDevice(
            0, new() { CodesPerImage = Codes, CrashOnSeed = 7 }, time, () => crashes.Add(Math.Round(time.Now / Step, 6)));
        var other = Sample(device, 0);
        time.Advance(10 * Step);

        var poison = device.SampleAsync(Job(1, device) with { Seed = 7 }, null, Stop);
        time.Advance((10 + Codes) * Step);

        Assert.Equal([10 + Codes / 2], crashes);
        await Task.WhenAll(other, poison);
    }

    [Fact]
    public async Task Steps_are_counted_in_a_file_while_they_are_done()
    {
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        try
        {
            await using var device = new SimulatedDevice(0, new() { Slots = 2, CodesPerImage = Codes, StepTime = Step.TotalSeconds, StepsFolder = folder }, time);
            await using var beside = new SimulatedDevice(1, new() { CodesPerImage = Codes, StepTime = Step.TotalSeconds, StepsFolder = folder }, time);
            using var cancellation = new CancellationTokenSource();
            Task check = beside.SampleAsync(Job(9, beside), onStep: null, Stop);   // followed by nobody
            Task[] sampling = [Sample(device, 0), Sample(device, 1, cancellation.Token), Sample(device, 2), Sample(beside, 3)];
            Assert.Equal(0, StepFile.Total(folder));

            time.Advance(10.5 * Step);
            Assert.Equal(3 * 10, StepFile.Total(folder));
            await cancellation.CancelAsync();
            time.Advance(200 * Step);

            Assert.Equal(3 * Codes + 11, StepFile.Total(folder));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sampling[1].WaitAsync(Patience, Stop));
            await Task.WhenAll([check, sampling[0], .. sampling[2..]]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var thrown = Assert.Throws<ArgumentException>(() => new SimulatedDevice(0, new() { Slots = 0, StepTime = double.NaN, CodesPerImage = -1 }, time));

        foreach (string name in (string[])["Slots", "StepTime", "CodesPerImage"]) Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
    }

    private static SampleJob Job(int number, SimulatedDevice device) => new(new float[device.Model.EmbeddingSize], Seed: 1, Candidate: number, new(500, 0.95, 1));

    private static DecodeJob DecodeJob(SimulatedDevice device, int candidates) => new(
        new float[device.Model.EmbeddingSize], [.. Enumerable.Range(0, candidates).Select(i => (i, new int[Codes]))], Keep: 0, ClipGen.Models.Imaging.ImageFileFormat.Png, null, false);

    private SimulatedDevice CreateSut(int slots = 8, int maxWaiting = 100, int maxJobs = 100) =>
        new(0, new() { Slots = slots, MaxWaiting = maxWaiting, MaxJobs = maxJobs, CodesPerImage = Codes, StepTime = Step.TotalSeconds, EmbeddingSize = 16 }, time);

    private async Task<int[]> Whole(SimulatedDevice device)
    {
        var sampling = device.SampleAsync(Job(0, device), null, Stop);
        time.Advance(Codes * Step);
        return (await sampling).Codes;
    }

    private Task<SampledCandidate> Sample(SimulatedDevice device, int number, CancellationToken? cancellationToken = null, int[]? drawn = null) => device.SampleAsync(
        Job(number, device) with { Drawn = drawn },
        codes => log.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {(codes == Codes ? "after" : $"{codes} at")} {Math.Round(time.Now / Step, 6)}")),
        cancellationToken ?? Stop);

    /// <summary>Which sequence was complete after how many steps' time, in the order in which they were.</summary>
    private string[] Ends() => [.. log.Where(line => line.Contains("after", StringComparison.Ordinal))];
}
