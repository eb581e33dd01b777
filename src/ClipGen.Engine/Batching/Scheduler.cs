namespace ClipGen.Engine.Batching;

/// <summary>
/// Decides which sequence stands in which slot. Plain and single-threaded: no tensors, no clock, no locks. Slots come in
/// groups of equal size; a step runs whole groups, empty places included, because a row's arithmetic may depend on how many
/// rows there are, but not on what is in the others.
/// </summary>
internal sealed class Scheduler
{
    private readonly Sequence?[] slots;
    private readonly Queue<Sequence> waiting = new();
    private readonly int maxWaiting;

    /// <param name="slots">A multiple of <paramref name="groupSize"/>.</param>
    public Scheduler(int slots, int groupSize, int maxWaiting)
    {
        if (groupSize < 1 || slots < groupSize || slots % groupSize != 0)
            throw new ArgumentException($"{slots} slots cannot be split into groups of {groupSize}.", nameof(slots));
        this.slots = new Sequence?[slots];
        this.maxWaiting = maxWaiting;
        GroupSize = groupSize;
    }

    public int GroupSize { get; }

    public int Groups => slots.Length / GroupSize;

    public int Waiting => waiting.Count;

    public bool HasActive => slots.Any(slot => slot is not null);

    /// <summary>The sequences of a group by place, null where a slot is free.</summary>
    public ReadOnlySpan<Sequence?> Group(int group) => slots.AsSpan(group * GroupSize, GroupSize);

    /// <summary>False if as many wait as may, beyond those that free slots will take.</summary>
    public bool TryEnqueue(Sequence sequence)
    {
        if (waiting.Count >= maxWaiting + slots.AsSpan().Count((Sequence?)null)) return false;
        waiting.Enqueue(sequence);
        return true;
    }

    /// <summary>Ends cancelled sequences, waiting or active, and puts waiting ones into free slots, the fullest group first.</summary>
    public void Admit()
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not { IsCancelled: true } cancelled) continue;
            slots[i] = null;
            cancelled.Cancel();
        }
        // Once around the queue: a cancelled sequence makes room at once, wherever it stands.
        for (int i = waiting.Count; i > 0; i--)
        {
            var sequence = waiting.Dequeue();
            if (sequence.IsCancelled) sequence.Cancel();
            else waiting.Enqueue(sequence);
        }
        while (waiting.Count > 0 && FreeSlot() is >= 0 and var slot) slots[slot] = waiting.Dequeue();
    }

    /// <summary>Frees the slots of complete sequences and completes their callers.</summary>
    public void Retire(int group)
    {
        for (int i = group * GroupSize; i < (group + 1) * GroupSize; i++)
        {
            if (slots[i] is not { IsComplete: true } complete) continue;
            slots[i] = null;
            complete.Complete();
        }
    }

    /// <summary>Ends one sequence with an error; the others of its group go on.</summary>
    public void Fail(int group, int place, Exception cause)
    {
        ref var slot = ref slots[group * GroupSize + place];
        slot?.Fail(cause);
        slot = null;
    }

    /// <summary>Ends every sequence of a group with an error.</summary>
    public void Fail(int group, Exception cause)
    {
        for (int place = 0; place < GroupSize; place++) Fail(group, place, cause);
    }

    /// <summary>Ends everything, waiting or active.</summary>
    public void FailAll(Exception cause)
    {
        for (int group = 0; group < Groups; group++) Fail(group, cause);
        while (waiting.TryDequeue(out var sequence)) sequence.Fail(cause);
    }

    private int FreeSlot()
    {
        int best = -1, bestFilled = -1;
        for (int group = 0; group < Groups; group++)
        {
            var places = Group(group);
            int free = places.IndexOf((Sequence?)null);
            int filled = 0;
            foreach (var place in places) if (place is not null) filled++;
            if (free >= 0 && filled > bestFilled) (best, bestFilled) = (group * GroupSize + free, filled);
        }
        return best;
    }
}
