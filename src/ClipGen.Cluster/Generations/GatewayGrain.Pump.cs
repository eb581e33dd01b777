using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Generations;

internal sealed partial class GatewayGrain
{
    /// <summary>Gives every free slot a sequence, as long as there are both.</summary>
    private void Pump()
    {
        var batch = new Dictionary<DeviceState, List<QueuedCandidate>>();
        PumpSuspects(batch);
        List<(string Generation, int[] Candidates)>? skipped = null;
        while (_devices.Freest([]) is { } device && _queue.TryTake(isolated: false, out var next))
        {
            var order = _orders[next.Generation];
            if (order.Avoid.Contains(device.Key) || !device.Has(order.Spec.ModelDigest)) device = _devices.Freest(order.Avoid, order.Spec.ModelDigest);
            if (device is not null) Assign(batch, device, next);
            else (skipped ??= []).Add((next.Generation, [next.Candidate, .. _queue.TakeRest(next.Generation)]));
        }
        // Those for whom only a device was free that has failed them, or has another version of the model, keep their place.
        foreach (var (generation, candidates) in skipped ?? []) _queue.PutBack(generation, candidates);
        foreach (var (device, sequences) in batch) SendAsync(device, sequences).Ignore();
    }

    /// <summary>A generation whose runs took processes down gets a device to itself, so that it takes nobody else down.</summary>
    private void PumpSuspects(Dictionary<DeviceState, List<QueuedCandidate>> batch)
    {
        List<(string Generation, int[] Candidates)>? skipped = null;
        while (_queue.TryTake(isolated: true, out var next))
        {
            string? digest = _orders[next.Generation].Spec.ModelDigest;
            var device = _devices.SetAside(digest) ?? _devices.Emptiest(digest);
            if (device is not null) device.IsSetAside = true;
            // What ran there leaves first, be it ordinary work or another suspect.
            bool ready = device is { Free: > 0 } && (device.Suspect == next.Generation || device.Given == 0);
            if (!ready)
            {
                (skipped ??= []).Add((next.Generation, [next.Candidate, .. _queue.TakeRest(next.Generation)]));
                continue;
            }
            device!.Suspect = next.Generation;
            Assign(batch, device, next);
        }
        foreach (var (generation, candidates) in skipped ?? []) _queue.PutBack(generation, candidates);
        _devices.ReleaseSetAside();
    }

    private static void Assign(Dictionary<DeviceState, List<QueuedCandidate>> batch, DeviceState device, QueuedCandidate sequence)
    {
        if (!batch.TryGetValue(device, out var sequences))
        {
            batch.Add(device, sequences = []);
            device.NextDispatch();
        }
        device.Give(sequence.Generation, sequence.Candidate);
        sequences.Add(sequence);
    }

    private static SampleWork Work(SampleOrder order, int[] candidates) =>
        new(order.GenerationId, order.Spec, candidates, order.Drawn?.Where(drawn => candidates.Contains(drawn.Candidate)).ToList());

    private async Task SendAsync(DeviceState device, List<QueuedCandidate> sequences)
    {
        var work = sequences.GroupBy(s => s.Generation).Select(g => Work(_orders[g.Key], [.. g.Select(s => s.Candidate)])).ToList();
        try
        {
            await GrainFactory.GetGrain<IGptSamplerGrain>(device.Key).DispatchAsync(device.LastDispatch, work);
        }
        catch (Exception e)
        {
            LogNotDispatched(e, sequences.Count, device.Key);
            // Until its next report it gets nothing. What it may have got all the same is drawn twice: the same codes.
            device.Suspend();
            foreach (var sequence in sequences)
            {
                if (device.Take(sequence.Generation, sequence.Candidate) && _orders.ContainsKey(sequence.Generation)) _queue.PutBack(sequence.Generation, [sequence.Candidate]);
            }
            Pump();
        }
    }
}
