using System.Diagnostics;
using ClipGen.Engine.Batching;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Sampling;
using ClipGen.Engine.Telemetry;
using ClipGen.Models.Gpt;

namespace ClipGen.Engine.Stages;

/// <summary>Embedding to codes: continuous batching over groups of slots, one step at a time.</summary>
internal sealed class GptSampleStage : IDisposable
{
    private readonly IGptRunner gpt;
    private readonly Scheduler scheduler;
    private readonly StepThreads? threads;
    private readonly DeviceTime.Share share;
    private readonly CodeDistribution distribution = new();
    private readonly GptRow[] rows;
    private readonly GptRow[] filling;
    private volatile IStepObserver? observer;

    /// <param name="gpt">With all the scheduler's slots; is disposed with this.</param>
    /// <param name="threads">CPU threads that the device may take; null where it computes elsewhere.</param>
    /// <param name="share">The sampler's of the device's time.</param>
    public GptSampleStage(IGptRunner gpt, Scheduler scheduler, int? threads, DeviceTime.Share share)
    {
        (this.gpt, this.scheduler, this.share) = (gpt, scheduler, share);
        rows = new GptRow[scheduler.GroupSize];
        filling = new GptRow[FillRows(scheduler.GroupSize)];
        if (threads is { } all) this.threads = new(all);
    }

    /// <summary>CPU threads of a step that has the device to itself.</summary>
    public int Threads => threads?.Count ?? 1;

    /// <summary>Positions of a sequence that are filled beside one step of its group.</summary>
    public static int FillRows(int groupSize) => TorchGptRunner.RowsOf(groupSize);

    /// <summary>Is told of every step of a group; may be set while steps are taken.</summary>
    public IStepObserver? Observer { set => observer = value; }

    /// <summary>Draws the next code of every active sequence; false if there is none.</summary>
    /// <param name="beside">CPU threads that the device uses for something else meanwhile.</param>
    public bool Step(int beside)
    {
        var mark = share.Read();   // what lies between two groups is the second one's
        scheduler.Admit();
        bool any = false;
        for (int group = 0; group < scheduler.Groups; group++)
        {
            if (scheduler.Group(group).IndexOfAnyExcept((Sequence?)null) < 0) continue;
            any = true;
            try
            {
                StepGroup(group, beside, ref mark);
                scheduler.Retire(group);
            }
            catch (Exception exception)
            {
                // A failed step ends its own sequences; the device and the other groups go on.
                scheduler.Fail(group, exception);
            }
        }
        return any;
    }

    private void StepGroup(int group, int beside, ref (double Charged, double Busy) mark)
    {
        var places = scheduler.Group(group);
        int active = 0;
        for (int place = 0; place < places.Length; place++)
        {
            if (places[place] is not { } sequence) continue;
            int slot = group * scheduler.GroupSize + place;
            rows[active++] = Row(sequence, slot, sequence.Position);
            if (sequence.HasSlot) continue;
            sequence.HasSlot = true;
            sequence.Job.Account?.Enter(slot);
            gpt.Clear(slot);
        }
        int count = threads?.Beside(beside) ?? 1;
        share.Weight = count;
        Fill(places, group * scheduler.GroupSize, count);

        long began = Stopwatch.GetTimestamp();
        gpt.Step(rows.AsSpan(0, active), count);
        threads?.Took(Stopwatch.GetElapsedTime(began).TotalSeconds);
        int row = 0;
        for (int place = 0; place < places.Length; place++)
        {
            if (places[place] is not { } sequence) continue;
            var logits = gpt.Logits(row++);
            // What is put at the position of one that is not filled yet, its own first step puts there anew.
            if (!sequence.IsFilled) continue;
            try
            {
                sequence.Append(Draw(sequence, logits));
            }
            catch (Exception exception)
            {
                // Broken numbers, or a caller's own onStep: no business of its neighbours.
                scheduler.Fail(group, place, exception);
            }
        }
        var now = share.Read();
        foreach (var sequence in places) sequence?.Charge((now.Charged - mark.Charged) / active);
        if (observer is { } told) told.Stepped(new(1, active, scheduler.GroupSize, now.Busy - mark.Busy, told.WantsSpans(1) ? Spans(places) : null));
        mark = now;
    }

    private static GptRow Row(Sequence sequence, int slot, int position) => new(slot, position, sequence.Before(position), sequence.Job.Embedding);

    private static List<ActivityContext> Spans(ReadOnlySpan<Sequence?> places)
    {
        var spans = new List<ActivityContext>(places.Length);
        foreach (var sequence in places)
        {
            if (sequence is { } served && served.Span != default) spans.Add(served.Span);
        }
        return spans;
    }

    /// <summary>Shows the first sequence that resumes some more of the codes it was given: as much work again as a step, so that its neighbours wait no longer.</summary>
    private void Fill(ReadOnlySpan<Sequence?> places, int firstSlot, int count)
    {
        int place = 0;
        while (place < places.Length && places[place] is not { IsFilled: false }) place++;
        if (place == places.Length) return;
        var sequence = places[place]!;
        int length = Math.Min(filling.Length, sequence.Job.Drawn!.Length - sequence.Filled);
        for (int i = 0; i < length; i++) filling[i] = Row(sequence, firstSlot + place, sequence.Filled + i);
        gpt.Fill(filling.AsSpan(0, length), count);
        sequence.Filled += length;
    }

    private int Draw(Sequence sequence, ReadOnlySpan<float> logits)
    {
        distribution.Set(logits, sequence.Job.Sampling);
        return distribution.Draw(CounterRandom.Uniform(sequence.Job.Seed, sequence.Job.Candidate, sequence.Position));
    }

    public void Dispose() => gpt.Dispose();
}
