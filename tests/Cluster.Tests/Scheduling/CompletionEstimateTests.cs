using ClipGen.Cluster.Scheduling;
using CsCheck;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class CompletionEstimateTests
{
    [Fact]
    public void Agrees_with_a_simulation_of_the_slots() =>
        Gen.Select(Gen.Int[1, 9], Gen.Double[0, 1].Array[0, 9], Gen.Double[0.1, 20]).Sample((slots, running, seconds) =>
        {
            running = running[..Math.Min(slots, running.Length)];
            CompletionEstimate sut = new(slots, running, seconds);
            var (starts, ends) = Simulate(slots, running, seconds, waiting: 40);
            for (int ahead = 0; ahead < 40; ahead++)
            {
                Assert.Equal(starts[ahead], sut.Start(ahead)!.Value.TotalSeconds, 1e-5);
                Assert.Equal(ends[ahead], sut.Completion(ahead)!.Value.TotalSeconds, 1e-5);
            }
        }, iter: 300);

    [Fact]
    public void Slots_that_turn_over_evenly_take_one_every_share_of_a_candidate()
    {
        CompletionEstimate sut = new(slots: 4, running: [0, 0.25, 0.5, 0.75], candidateSeconds: 8);
        Assert.Equal([2, 4, 6, 8, 10, 12], Enumerable.Range(0, 6).Select(a => sut.Start(a)!.Value.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(18), sut.Completion(4));
    }

    [Fact]
    public void Free_slots_are_taken_at_once()
    {
        CompletionEstimate sut = new(slots: 3, running: [0.5], candidateSeconds: 8);
        Assert.Equal([0, 0, 4, 8], Enumerable.Range(0, 4).Select(a => sut.Start(a)!.Value.TotalSeconds));
    }

    [Fact]
    public void More_that_run_than_there_are_slots_are_slots()
    {
        CompletionEstimate sut = new(slots: 1, running: [0.5, 0], candidateSeconds: 8);
        Assert.Equal([4, 8, 12], Enumerable.Range(0, 3).Select(a => sut.Start(a)!.Value.TotalSeconds));
    }

    [Fact]
    public void A_running_candidate_ends_when_the_rest_of_it_is_done()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), new CompletionEstimate(slots: 1, running: [0.75], candidateSeconds: 8).Start(0));
        Assert.Equal(TimeSpan.Zero, new CompletionEstimate(slots: 1, running: [1.1], candidateSeconds: 8).Start(0));
    }

    [Theory]
    [InlineData(9.9, false)]
    [InlineData(10, true)]
    public void A_deadline_holds_when_the_last_candidate_is_done_by_then(double seconds, bool holds) =>
        Assert.Equal(holds, new CompletionEstimate(slots: 2, [], candidateSeconds: 5).CanHold(TimeSpan.FromSeconds(seconds), ahead: 3));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 10)]
    public void Alone_in_the_cluster_a_request_takes_whole_rounds(int candidates, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new CompletionEstimate(slots: 2, [0.1], candidateSeconds: 5).Alone(candidates));

    [Theory]
    [InlineData(1, 1)]           // the first leaves in half a second, which is told as a second
    [InlineData(2, 1)]
    [InlineData(6, 5)]
    [InlineData(100_000, 600)]
    public void It_is_worth_trying_again_when_enough_have_left(int leaving, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new CompletionEstimate(slots: 2, [0.75, 0.5], candidateSeconds: 2).RetryAfter(leaving));

    [Fact]
    public void Without_slots_nothing_is_foretold()
    {
        CompletionEstimate sut = new(slots: 0, [], candidateSeconds: 5);
        Assert.Equal((null, null, null), (sut.Start(0), sut.Completion(0), sut.Alone(1)));
        Assert.False(sut.CanHold(TimeSpan.MaxValue, ahead: 0));
        Assert.Equal(TimeSpan.FromSeconds(30), sut.RetryAfter(1));
    }

    // The slot that is free soonest takes the next one.
    private static (List<double> Starts, List<double> Ends) Simulate(int slots, double[] running, double seconds, int waiting)
    {
        double[] free = [.. running.Select(done => (1 - done) * seconds), .. new double[slots - running.Length]];
        var starts = new List<double>();
        while (starts.Count < waiting)
        {
            int next = Array.IndexOf(free, free.Min());
            starts.Add(free[next]);
            free[next] += seconds;
        }
        return (starts, [.. starts.Select(s => s + seconds)]);
    }
}
