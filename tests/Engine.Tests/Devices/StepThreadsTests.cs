using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests.Devices;

public sealed class StepThreadsTests
{
    /// <summary>By number of threads, 1, 2, 4, …: a step's milliseconds.</summary>
    [Theory]
    [InlineData(2, 2.4, 1.9)]                    // a quiet machine
    [InlineData(1, 2.6, 17.0)]                   // the same beside one busy process
    [InlineData(1, 2.4, 2.3)]                    // hardly faster: not worth a core
    [InlineData(8, 16.0, 8.0, 4.0, 2.0)]
    [InlineData(4, 16.0, 8.0, 4.5, 4.3)]
    [InlineData(2, 4.0, 2.5, 6.0, 20.0, 90.0)]
    public void The_fastest_number_is_found_and_kept(int best, params double[] times)
    {
        var sut = new StepThreads(1 << (times.Length - 1));
        var random = new Random(1);

        Run(sut, 500, threads => Noisy(random, threads, times));
        var later = Run(sut, 20_000, threads => Noisy(random, threads, times));

        Assert.InRange(later.Count(threads => threads == best), 19_000, 20_000);
    }

    [Fact]
    public void What_it_does_not_take_is_tried_at_little_cost()
    {
        var sut = new StepThreads(2);
        double[] times = [2.6, 17];

        Run(sut, 500, threads => At(threads, times));
        var taken = Run(sut, 20_000, threads => At(threads, times));

        double least = 20_000 * times[0];
        Assert.InRange(taken.Sum(threads => At(threads, times)), least, 1.02 * least);
    }

    [Fact]
    public void A_machine_that_gets_busy_is_noticed_at_once_and_one_that_gets_quiet_soon()
    {
        double[] quiet = [2.4, 1.9], busy = [2.6, 17];
        var sut = new StepThreads(2);

        Run(sut, 10_000, threads => At(threads, quiet));
        var gotBusy = Run(sut, 200, threads => At(threads, busy));
        Run(sut, 10_000, threads => At(threads, busy));
        var gotQuiet = Run(sut, 2_500, threads => At(threads, quiet));

        Assert.InRange(gotBusy.Count(threads => threads == 2), 1, 80);
        Assert.Equal(1, gotBusy[^1]);
        Assert.InRange(gotQuiet.Count(threads => threads == 1), 1, StepThreads.Latest + 50);
        Assert.Equal(2, gotQuiet[^1]);
    }

    [Fact]
    public void Threads_that_wait_for_each_other_s_time_slices_are_halved_after_two_steps()
    {
        var sut = new StepThreads(2);
        Run(sut, 10_000, threads => At(threads, [2.4, 1.9]));

        var taken = Run(sut, 20, threads => At(threads, [2.6, 17]));

        // Halved, left so, looked at again for three steps, and left so.
        Assert.Equal([2, 2, .. Enumerable.Repeat(1, StepThreads.AfterStall), 2, 2, 2, 1, 1, 1, 1, 1, 1, 1], taken);
    }

    [Fact]
    public void A_stall_that_is_over_soon_is_over_soon_for_the_steps_as_well()
    {
        var sut = new StepThreads(2);
        Run(sut, 10_000, threads => At(threads, [2.4, 1.9]));

        Run(sut, 2, threads => At(threads, [2.6, 17]));
        var taken = Run(sut, 1_000, threads => At(threads, [2.4, 1.9]));

        Assert.All(taken[..StepThreads.AfterStall], threads => Assert.Equal(1, threads));
        Assert.All(taken[StepThreads.AfterStall..], threads => Assert.Equal(2, threads));   // and fewer are tried as rarely as before
    }

    [Fact]
    public void Steps_that_take_longer_at_later_positions_are_no_cause_for_trials()
    {
        double[] times = [2.4, 1.9];
        var sut = new StepThreads(2);
        Run(sut, 10_000, threads => At(threads, times));

        int step = 0;
        var taken = Run(sut, 10_240, threads => At(threads, times) * (1 + step++ % 256 / 32.0));

        Assert.InRange(taken.Count(threads => threads == 1), 0, 10_240 / StepThreads.Latest * 10 + 30);
    }

    [Fact]
    public void Steps_that_are_slow_for_another_reason_change_nothing()
    {
        double[] times = [2.4, 1.9];
        var sut = new StepThreads(2);

        // Attention grows with the position; a new sequence begins at the first one.
        int step = 0;
        var taken = Run(sut, 20_000, threads => At(threads, times) * (1 + step++ % 256 / 128.0));

        Assert.InRange(taken.Count(threads => threads == 1), 0, 600);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(12, 8)]
    public void Never_more_than_allowed(int all, int allowed)
    {
        var sut = new StepThreads(all);

        var taken = Run(sut, 5_000, threads => 1.0 / threads);

        Assert.Equal(allowed, taken.Max());
        Assert.All(taken, threads => Assert.True(int.IsPow2(threads)));
    }

    [Theory]
    [InlineData(2, 0, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(12, 3, 8)]
    [InlineData(12, 5, 4)]
    [InlineData(12, 40, 1)]
    public void A_step_leaves_the_threads_that_are_busy_with_something_else(int all, int others, int left) =>
        Assert.Equal(left, new StepThreads(all).Beside(others));

    /// <summary>Images come one after the other: what the last one had, the next one will want.</summary>
    [Theory]
    [InlineData(1, new[] { 1, 2, 2, 2, 2 })]
    [InlineData(2, new[] { 1, 1, 2, 2, 2 })]
    [InlineData(20, new[] { 1, 1, 1, 2, 2 })]
    public void What_others_had_is_left_to_them_for_some_steps_which_say_nothing_of_how_fast_they_are(int had, int[] expected)
    {
        var sut = new StepThreads(2);
        Run(sut, 10_000, threads => At(threads, [2.4, 1.9]));

        for (int i = 0; i < had; i++) Assert.Equal(1, sut.Beside(1));
        List<int> taken = [];
        foreach (int _ in expected)
        {
            taken.Add(sut.Beside(0));
            if (taken[^1] == 1) sut.Took(90);
        }

        Assert.Equal(expected, taken);
        Assert.Equal(2, sut.Count);
    }

    [Fact]
    public void Nor_does_it_take_more_than_is_fastest_when_nothing_is_beside_it()
    {
        var sut = new StepThreads(8);
        Run(sut, 5_000, threads => threads == 2 ? 1 : 2);

        Assert.Equal([2, 2, 1], new[] { 0, 5, 7 }.Select(sut.Beside));
    }

    private static List<int> Run(StepThreads sut, int steps, Func<int, double> took)
    {
        var taken = new List<int>(steps);
        for (int i = 0; i < steps; i++)
        {
            taken.Add(sut.Count);
            sut.Took(took(sut.Count));
        }
        return taken;
    }

    private static double At(int threads, double[] times) => times[int.Log2(threads)];

    private static double Noisy(Random random, int threads, double[] times) => At(threads, times) * (0.9 + 0.2 * random.NextDouble()) * (random.Next(50) == 0 ? 4 : 1);
}
