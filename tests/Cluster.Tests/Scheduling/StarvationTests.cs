using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>Nothing waits for ever.</summary>
public sealed class StarvationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public void Batch_work_gets_its_share_of_the_picks_and_no_more(int share)
    {
        QueueSut sut = new(new() { BatchShare = share });
        sut.Add("batch", 200, priority: GenerationPriority.Batch);
        sut.Add("interactive", 1000);
        string[] picks = sut.Take(picks: share * 20);
        Assert.Equal(20, picks.Count(p => p == "batch"));
        for (int first = 0; first + share <= picks.Length; first++)
            Assert.Single(picks.Skip(first).Take(share), p => p == "batch");
    }

    [Fact]
    public void Interactive_work_comes_before_batch_work_that_waited_longer()
    {
        QueueSut sut = new();
        sut.Add("batch", 5, priority: GenerationPriority.Batch);
        sut.Add("interactive", 3);
        Assert.Equal(["interactive", "interactive", "interactive", "batch"], sut.Take(picks: 4));
    }

    [Fact]
    public void Batch_work_is_owed_nothing_for_the_time_it_was_not_there()
    {
        QueueSut sut = new(new() { BatchShare = 4 });
        sut.Add("interactive", 100);
        sut.Take(picks: 50);
        sut.Add("batch", 5, priority: GenerationPriority.Batch);
        Assert.Equal(["interactive", "interactive", "interactive", "batch"], sut.Take(picks: 4));
    }

    [Fact]
    public void One_candidate_of_a_generation_is_served_when_patience_ends()
    {
        QueueSut sut = new();
        sut.Add("long", 10);
        sut.Clock.Advance(Patience);
        sut.Add("s0", 1);
        sut.Add("s1", 1);
        sut.Add("s2", 1);
        Assert.Equal("s0", sut.Take().Generation);   // exactly its patience is not longer than it
        sut.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["long", "s1", "s2"], sut.Take(picks: 3));
    }

    [Fact]
    public void Patience_begins_again_with_every_pick()
    {
        QueueSut sut = new();
        sut.Add("long", 10);
        sut.Clock.Advance(Patience * 0.9);
        sut.Take();
        sut.Clock.Advance(Patience * 0.9);
        sut.Add("short", 1);
        Assert.Equal("short", sut.Take().Generation);
    }

    [Fact]
    public void Under_a_stream_of_short_ones_a_long_one_is_served_once_per_patience()
    {
        QueueSut sut = new();
        sut.Add("long", 10);
        int served = 0;
        for (int second = 1; second <= 310; second++)
        {
            sut.Clock.Advance(TimeSpan.FromSeconds(1));
            sut.Add($"s{second}", 1);
            if (sut.Take().Generation == "long") served++;
        }
        Assert.Equal(10, served);
    }

    [Fact]
    public void Where_all_have_run_out_of_patience_the_longest_wait_and_the_shortest_take_turns()
    {
        QueueSut sut = new();
        for (int i = 0; i < 4; i++) sut.Add($"long{i}", 50);
        sut.Add("short", 2);
        sut.Clock.Advance(Patience * 2);
        Assert.Equal(["long0", "short", "long1", "short", "long2", "long0", "long3"], sut.Take(picks: 7));
    }

    [Fact]
    public void Adding_to_a_generation_does_not_end_its_wait()
    {
        QueueSut sut = new();
        sut.Add("long", 10);
        sut.Clock.Advance(Patience);
        sut.Add("long", 12);
        sut.Clock.Advance(TimeSpan.FromSeconds(1));
        sut.Add("short", 1);
        Assert.Equal("long", sut.Take().Generation);
    }
}
