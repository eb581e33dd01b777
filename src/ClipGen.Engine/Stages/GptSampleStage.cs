using System.Diagnostics;
using ClipGen.Engine.Batching;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Sampling;
using ClipGen.Engine.Telemetry;
using ClipGen.Models.Gpt;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Stages;

/// <summary>Embedding to codes: continuous batching over groups of slots, one step at a time.</summary>
internal sealed class GptSampleStage : IDisposable
{
    private readonly Gpt gpt;
    private readonly Scheduler scheduler;
    private readonly Device device;
    private readonly StepThreads? threads;
    private readonly DeviceTime.Share share;
    private readonly int rows;
    private readonly KvCache[] caches;
    private readonly CodeDistribution distribution = new();
    private readonly long[] codes;
    private readonly long[] positions;
    private readonly float[] conditions;
    private int threadsInUse;
    private volatile IStepObserver? observer;

    /// <param name="threads">CPU threads that the device may take; null where libtorch's number is to stay as it is.</param>
    /// <param name="share">The sampler's of the device's time.</param>
    public GptSampleStage(Gpt gpt, Scheduler scheduler, Device device, int? threads, DeviceTime.Share share)
    {
        (this.gpt, this.scheduler, this.device, this.share) = (gpt, scheduler, device, share);
        rows = Rows(scheduler.GroupSize);
        caches = [.. Enumerable.Range(0, scheduler.Groups).Select(_ => new KvCache(gpt.Config, rows, device))];
        codes = new long[rows];
        positions = new long[rows];
        conditions = new float[rows * gpt.Config.CondSize];
        if (threads is { } all) this.threads = new(AlikeThreads.Most(gpt, caches[0], all), all);
    }

    /// <summary>CPU threads of a step that has the device to itself.</summary>
    public int Threads => threads?.Count ?? 1;

    /// <summary>
    /// Rows of a step's tensors: one a place of the group, and idle ones up to a number with which a row's result depends neither on
    /// which row it is nor, up to <see cref="AlikeThreads"/>, on the number of threads. MKL splits a product's rows over its threads
    /// and sums those of a short last block in another order: with 5, 6, 7, 9 or 10 rows and 2, 6 or 8 threads rows differed (libtorch
    /// 2.10), with up to 4 and with multiples of 8 none did, as long as threads are a power of two (<see cref="TorchThreads.ForSteps"/>).
    /// </summary>
    internal static int Rows(int places) => places <= 4 ? places : (places + 7) / 8 * 8;

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
        for (int row = 0; row < places.Length; row++)
        {
            var sequence = places[row];
            codes[row] = sequence?.Last ?? 0;
            positions[row] = sequence?.Position ?? 0;
            if (sequence is null) continue;
            active++;
            if (sequence.HasSlot) continue;
            sequence.HasSlot = true;
            sequence.Job.Account?.Enter(group * scheduler.GroupSize + row);
            sequence.Job.Embedding.CopyTo(conditions, row * gpt.Config.CondSize);
            caches[group].Clear(row);
        }
        UseThreads(beside);
        Fill(places, caches[group]);

        long began = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var logits = gpt.step(
            tensor(codes).to(device), tensor(conditions, [rows, gpt.Config.CondSize]).to(device), tensor(positions).to(device), caches[group]); // [S, V]
        var values = logits.to(ScalarType.Float32).cpu().data<float>().ToArray();
        if (beside == 0) threads?.Took(Stopwatch.GetElapsedTime(began).TotalSeconds);
        int width = gpt.Config.VocabSize;
        for (int row = 0; row < places.Length; row++)
        {
            // What is put at the position of one that is not filled yet, its own first step puts there anew.
            if (places[row] is not { IsFilled: true } sequence) continue;
            try
            {
                sequence.Append(Draw(sequence, values.AsSpan(row * width, width)));
            }
            catch (Exception exception)
            {
                // Broken numbers, or a caller's own onStep: no business of its neighbours.
                scheduler.Fail(group, row, exception);
            }
        }
        var now = share.Read();
        foreach (var sequence in places) sequence?.Charge((now.Charged - mark.Charged) / active);
        if (observer is { } told) told.Stepped(new(1, active, scheduler.GroupSize, now.Busy - mark.Busy, told.WantsSpans(1) ? Spans(places) : null));
        mark = now;
    }

    private void UseThreads(int beside)
    {
        if (threads?.Beside(beside) is not { } count || count == threadsInUse) return;
        TorchThreads.Use(threadsInUse = count);
        share.Weight = count;
    }

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
    private void Fill(ReadOnlySpan<Sequence?> places, KvCache cache)
    {
        int slot = 0;
        while (slot < places.Length && places[slot] is not { IsFilled: false }) slot++;
        if (slot == places.Length) return;
        var sequence = places[slot]!;
        int last = sequence.Job.Drawn!.Length - 1;
        // The last position again where there is no further one.
        int[] filling = [.. Enumerable.Range(sequence.Filled, rows).Select(position => Math.Min(position, last))];
        using var scope = NewDisposeScope();
        gpt.fill(
            tensor(Array.ConvertAll(filling, position => (long)sequence.Before(position))).to(device),
            tensor(sequence.Job.Embedding, [1, gpt.Config.CondSize]).expand(rows, gpt.Config.CondSize).to(device),
            tensor(Array.ConvertAll(filling, position => (long)position)).to(device),
            cache, slot);
        sequence.Filled += rows;
    }

    private int Draw(Sequence sequence, ReadOnlySpan<float> logits)
    {
        distribution.Set(logits, sequence.Job.Sampling);
        return distribution.Draw(CounterRandom.Uniform(sequence.Job.Seed, sequence.Job.Candidate, sequence.Position));
    }

    public void Dispose()
    {
        foreach (var cache in caches) cache.Dispose();
    }
}
