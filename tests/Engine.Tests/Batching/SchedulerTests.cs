using ClipGen.Engine.Batching;

namespace ClipGen.Engine.Tests.Batching;

public sealed class SchedulerTests
{
    private readonly List<CancellationTokenSource> cancellations = [];
    private readonly Dictionary<Sequence, int> numbers = [];

    /// <summary>Two groups of three: which sequence stands where, after so many have come and the given ones have ended.</summary>
    [Theory]
    [InlineData(0, "", "... ...")]
    [InlineData(1, "", "0.. ...")]
    [InlineData(3, "", "012 ...")]
    [InlineData(4, "", "012 3..")]
    [InlineData(6, "", "012 345")]
    [InlineData(8, "", "012 345")]
    [InlineData(8, "1", "062 345")]
    [InlineData(8, "14", "062 375")]
    [InlineData(7, "0134", "6.2 ..5")]   // both groups are as full: the first
    [InlineData(9, "01234", "8.. 675")]
    [InlineData(7, "012345", "6.. ...")]
    public void Waiting_sequences_enter_the_fullest_group_first(int enqueued, string ended, string expected)
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, enqueued);
        sut.Admit();
        foreach (char number in ended) Finish(sequences[number - '0']);
        for (int group = 0; group < sut.Groups; group++) sut.Retire(group);

        sut.Admit();

        Assert.Equal(expected, Draw(sut));
        Assert.All(ended, number => Assert.True(sequences[number - '0'].Completion.IsCompletedSuccessfully));
        Assert.Equal(enqueued - ended.Length, sequences.Count(s => !s.Completion.IsCompleted));
    }

    [Fact]
    public void Sequences_enter_in_the_order_they_came()
    {
        var sut = CreateSut(slots: 1, groupSize: 1);
        var sequences = Enqueue(sut, 4);
        foreach (var sequence in sequences)
        {
            sut.Admit();
            Assert.Same(sequence, sut.Group(0)[0]);
            Finish(sequence);
            sut.Retire(0);
        }
        Assert.False(sut.HasActive);
    }

    [Theory]
    [InlineData("", "012 345")]
    [InlineData("1", "052 34.")]         // an active one: the one that waits takes its slot
    [InlineData("5", "012 34.")]         // the one that waits
    [InlineData("01234", "5.. ...")]
    [InlineData("012345", "... ...")]
    public void Cancelled_sequences_are_gone_at_the_next_admission(string cancelled, string expected)
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, 5);
        sut.Admit();
        sequences.AddRange(Enqueue(sut, 1));
        foreach (char number in cancelled) cancellations[number - '0'].Cancel();

        sut.Admit();

        Assert.Equal(expected, Draw(sut));
        Assert.Equal(0, sut.Waiting);
        Assert.All(sequences.Index(), entry => Assert.Equal(cancelled.Contains((char)('0' + entry.Index)), entry.Item.Completion.IsCanceled));
    }

    /// <summary>All slots are taken, and the one in front goes on waiting.</summary>
    [Fact]
    public void A_cancelled_sequence_leaves_the_middle_of_the_queue()
    {
        var sut = CreateSut(slots: 1, groupSize: 1, maxWaiting: 3);
        var sequences = Enqueue(sut, 1);
        sut.Admit();
        sequences.AddRange(Enqueue(sut, 3));
        cancellations[2].Cancel();

        sut.Admit();

        Assert.True(sequences[2].Completion.IsCanceled);
        Assert.Equal(2, sut.Waiting);
        Assert.True(sut.TryEnqueue(Create()));
        Finish(sequences[0]);
        sut.Retire(0);
        sut.Admit();
        Assert.Same(sequences[1], sut.Group(0)[0]);
    }

    [Fact]
    public void A_full_queue_refuses()
    {
        var sut = CreateSut(slots: 1, groupSize: 1, maxWaiting: 2);
        var sequences = Enqueue(sut, 3);

        Assert.False(sut.TryEnqueue(Create()));
        sut.Admit();
        Assert.False(sut.TryEnqueue(Create()));
        Assert.Equal(2, sut.Waiting);
        Finish(sequences[0]);
        sut.Retire(0);
        Assert.True(sut.TryEnqueue(Create()));
        Assert.False(sut.TryEnqueue(Create()));
    }

    [Fact]
    public void Without_a_queue_the_free_slots_are_what_there_is()
    {
        var sut = CreateSut(slots: 2, groupSize: 2, maxWaiting: 0);
        Enqueue(sut, 2);

        Assert.False(sut.TryEnqueue(Create()));
        sut.Admit();
        Assert.False(sut.TryEnqueue(Create()));
        Assert.Equal("01", Draw(sut));
    }

    [Fact]
    public async Task Only_complete_sequences_retire()
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, 2);
        sut.Admit();
        sequences[0].Append(7);
        Finish(sequences[1]);

        sut.Retire(0);

        Assert.Equal("0.. ...", Draw(sut));
        Assert.False(sequences[0].Completion.IsCompleted);
        Assert.Equal(new[] { 1, 1 }, (await sequences[1].Completion).Codes);
    }

    [Fact]
    public async Task A_failed_group_leaves_the_other()
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, 7);
        sut.Admit();

        sut.Fail(0, new ArithmeticException("broken"));

        Assert.Equal("... 345", Draw(sut));
        foreach (var failed in sequences[..3]) await Assert.ThrowsAsync<ArithmeticException>(() => failed.Completion);
        Assert.All(sequences[3..], s => Assert.False(s.Completion.IsCompleted));
        sut.Admit();
        Assert.Equal("6.. 345", Draw(sut));
    }

    [Fact]
    public async Task A_failed_sequence_leaves_its_group()
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, 6);
        sut.Admit();

        sut.Fail(1, 1, new ArithmeticException("broken"));

        Assert.Equal("012 3.5", Draw(sut));
        await Assert.ThrowsAsync<ArithmeticException>(() => sequences[4].Completion);
    }

    [Fact]
    public async Task Failing_all_ends_what_is_active_and_what_waits()
    {
        var sut = CreateSut();
        var sequences = Enqueue(sut, 9);
        sut.Admit();

        sut.FailAll(new ObjectDisposedException("engine"));

        Assert.False(sut.HasActive);
        Assert.Equal(0, sut.Waiting);
        foreach (var sequence in sequences) await Assert.ThrowsAsync<ObjectDisposedException>(() => sequence.Completion);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 0)]
    [InlineData(4, 8)]
    [InlineData(12, 8)]
    public void Slots_that_make_no_whole_groups_are_refused(int slots, int groupSize) =>
        Assert.Throws<ArgumentException>(() => new Scheduler(slots, groupSize, 1));

    private static Scheduler CreateSut(int slots = 6, int groupSize = 3, int maxWaiting = 100) => new(slots, groupSize, maxWaiting);

    private List<Sequence> Enqueue(Scheduler scheduler, int count)
    {
        List<Sequence> sequences = [.. Enumerable.Range(0, count).Select(_ => Create())];
        Assert.All(sequences, sequence => Assert.True(scheduler.TryEnqueue(sequence)));
        return sequences;
    }

    private Sequence Create()
    {
        cancellations.Add(new());
        var sequence = new Sequence(new([], 0, 0, new(1, 1, 1)), length: 2, onStep: null, cancellations[^1].Token);
        numbers[sequence] = numbers.Count;
        return sequence;
    }

    private static void Finish(Sequence sequence)
    {
        while (!sequence.IsComplete) sequence.Append(1);
    }

    /// <summary>The slots group by group, a sequence by its number.</summary>
    private string Draw(Scheduler scheduler) => string.Join(' ', Enumerable.Range(0, scheduler.Groups)
        .Select(group => string.Concat(scheduler.Group(group).ToArray().Select(s => s is null ? "." : $"{numbers[s]}"))));
}
