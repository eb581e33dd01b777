using ClipGen.Cluster.Scheduling;
using static ClipGen.Cluster.Tests.Scheduling.QueueSut;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class FairQueueTests
{
    private readonly QueueSut _sut = new();

    private FairQueue Queue => _sut.Queue;

    [Fact]
    public void An_empty_queue_has_nothing_to_take()
    {
        Assert.False(Queue.TryTake(isolated: false, out _));
        Assert.False(Queue.TryTake(isolated: true, out _));
        Assert.Equal((0, 0, false, 0), (Queue.Count, Queue.CountOf("t"), Queue.HasIsolated, Queue.Ahead("a")));
    }

    [Fact]
    public void Candidates_come_in_the_order_given_and_each_once()
    {
        Queue.Enqueue(Generation("a", 0) with { Candidates = [7, 2, 9, 2] });
        Assert.Equal([7, 2, 9], _sut.Drain().Select(c => c.Candidate));
    }

    [Fact]
    public void Enqueuing_again_adds_only_what_does_not_wait()
    {
        _sut.Add("a", 4);
        _sut.Add("a", 4);
        Assert.Equal(4, Queue.Count);
        _sut.Take();
        _sut.Add("a", 6);
        Assert.Equal([1, 2, 3, 0, 4, 5], _sut.Drain().Select(c => c.Candidate));
        Assert.Equal((0, 0), (Queue.Count, Queue.CountOf("t")));
    }

    [Fact]
    public void A_short_generation_waits_for_one_candidate_of_a_long_one_at_most()
    {
        _sut.Add("long", 64);
        _sut.Take(picks: 3);
        _sut.Add("short", 2);
        Assert.Equal(["short", "short", "long"], _sut.Take(picks: 3));
    }

    [Fact]
    public void What_is_left_counts_not_what_was_asked()
    {
        _sut.Add("early", 8);
        _sut.Take(picks: 5);
        _sut.Add("late", 4);
        Assert.Equal(["early", "early", "early", "late"], _sut.Take(picks: 4));
    }

    [Fact]
    public void Equal_ones_go_in_order_of_arrival()
    {
        _sut.Add("z", 2);
        _sut.Add("a", 2);
        _sut.Add("m", 2);
        Assert.Equal(["z", "z", "a", "a", "m", "m"], _sut.Take(picks: 6));
    }

    [Fact]
    public void Removing_forgets_what_waits_and_returns_it()
    {
        _sut.Add("a", 4);
        _sut.Add("b", 9);
        _sut.Take();
        Assert.Equal([1, 2, 3], Queue.Remove("a"));
        Assert.Equal((9, 9), (Queue.Count, Queue.CountOf("t")));
        Assert.Empty(Queue.Remove("a"));
        Assert.Empty(Queue.Remove("never"));
        Assert.All(_sut.Drain(), c => Assert.Equal("b", c.Generation));
    }

    [Fact]
    public void What_was_put_back_goes_first_in_the_order_it_came_back()
    {
        _sut.Add("long", 20);
        var taken = new[] { _sut.Take(), _sut.Take(), _sut.Take() };
        _sut.Add("short", 3);
        _sut.Take();   // short 0
        Queue.PutBack("long", [taken[2].Candidate, taken[0].Candidate]);
        Queue.PutBack("short", [0]);
        QueuedCandidate[] expected = [new("long", 2), new("long", 0), new("short", 0), new("short", 1), new("short", 2), new("long", 3)];
        Assert.Equal(expected, Enumerable.Range(0, 6).Select(_ => _sut.Take()));
    }

    [Fact]
    public void A_generation_of_which_nothing_waits_can_be_put_back_until_it_is_removed()
    {
        _sut.Add("a", 1);
        _sut.Take();
        Queue.PutBack("a", [0]);
        Queue.PutBack("a", [0]);
        Assert.Equal((1, 0), (Queue.Count, Queue.Ahead("a")));
        Assert.Equal(new("a", 0), _sut.Take());
        Queue.Remove("a");
        Queue.PutBack("a", [0]);
        Assert.Equal(0, Queue.Count);
    }

    [Fact]
    public void What_was_put_back_stays_within_its_tenant_and_priority()
    {
        _sut.Add("batch", 2, priority: GenerationPriority.Batch);
        _sut.Take();
        _sut.Add("interactive", 2);
        Queue.PutBack("batch", [0]);
        Assert.Equal(["interactive", "interactive", "batch", "batch"], _sut.Take(picks: 4));
    }

    [Fact]
    public void Removing_forgets_what_was_put_back()
    {
        _sut.Add("a", 3);
        _sut.Take(picks: 2);
        Queue.PutBack("a", [1, 0]);
        _sut.Add("b", 5);
        Assert.Equal(7, Queue.Ahead("b"));
        Assert.Equal([1, 0, 2], Queue.Remove("a"));
        Assert.Equal((5, 4), (Queue.Count, Queue.Ahead("b")));
        Assert.Equal("b", _sut.Take().Generation);
    }

    [Fact]
    public void Isolated_ones_are_taken_separately()
    {
        _sut.Add("a", 2);
        Queue.Enqueue(Generation("suspect", 2, isolated: true));
        Assert.True(Queue.HasIsolated);
        Assert.Equal(["a", "a"], _sut.Drain().Select(c => c.Generation));
        Assert.Equal(["suspect", "suspect"], _sut.Drain(isolated: true).Select(c => c.Generation));
        Assert.False(Queue.HasIsolated);
    }

    [Fact]
    public void A_generation_that_becomes_a_suspect_moves()
    {
        _sut.Add("a", 3);
        _sut.Take();
        Queue.Enqueue(Generation("a", 0, isolated: true) with { Candidates = [0] });
        Assert.Equal((3, 3), (Queue.Count, Queue.CountOf("t")));
        Assert.Empty(_sut.Drain());
        Assert.Equal([1, 2, 0], _sut.Drain(isolated: true).Select(c => c.Candidate));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_must_be_a_positive_number(double weight)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _sut.Add("a", 1, weight: weight));
        Assert.Equal(0, Queue.Count);
    }
}
