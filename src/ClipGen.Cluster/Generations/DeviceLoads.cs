using ClipGen.Cluster.Placement;

namespace ClipGen.Cluster.Generations;

/// <summary>How many candidates this gateway has out on each device, and so which device is least loaded for its size.</summary>
internal sealed class DeviceLoads
{
    private readonly Dictionary<DeviceKey, int> _sampling = [], _decoding = [];
    private readonly Dictionary<string, Route> _routes = [];

    /// <summary>
    /// Each candidate in turn goes to the sampler that is then least loaded; a device's candidates are then numbered in one piece.
    /// Ties go to the earlier device, so the same loads give the same route.
    /// </summary>
    public Route Route(string generation, int candidates, IReadOnlyList<DeviceEntry> devices)
    {
        if (_routes.TryGetValue(generation, out var known)) return known;
        var encoder = devices.MinBy(d => Sampling(d) / (double)d.Slots)!;
        var counts = new int[devices.Count];
        for (int i = 0; i < candidates; i++)
        {
            int chosen = Enumerable.Range(0, devices.Count).MinBy(d => (Sampling(devices[d]) + counts[d] + 1.0) / devices[d].Slots);
            counts[chosen]++;
        }
        var shares = new List<SamplerShare>();
        int first = 0;
        for (int d = 0; d < counts.Length; d++)
        {
            if (counts[d] > 0) shares.Add(new(devices[d].Key.ToString(), first, counts[d]));
            first += counts[d];
            Add(_sampling, devices[d].Key, counts[d]);
        }
        var decoder = devices.MinBy(d => _decoding.GetValueOrDefault(d.Key) / (double)d.Slots)!;
        Add(_decoding, decoder.Key, candidates);
        return _routes[generation] = new(encoder.Key.ToString(), shares, decoder.Key.ToString());
    }

    public void Release(string generation)
    {
        if (!_routes.Remove(generation, out var route)) return;
        foreach (var share in route.Samplers) Add(_sampling, DeviceKey.Parse(share.Device), -share.Count);
        Add(_decoding, DeviceKey.Parse(route.Decoder), -route.Samplers.Sum(s => s.Count));
    }

    private int Sampling(DeviceEntry device) => _sampling.GetValueOrDefault(device.Key);

    private static void Add(Dictionary<DeviceKey, int> counts, DeviceKey key, int count)
    {
        int sum = counts.GetValueOrDefault(key) + count;
        if (sum > 0) counts[key] = sum;
        else counts.Remove(key);
    }
}
