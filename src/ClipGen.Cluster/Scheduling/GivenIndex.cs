namespace ClipGen.Cluster.Scheduling;

/// <summary>Which devices have sequences of which generation, so that nobody has to ask every device.</summary>
internal sealed class GivenIndex
{
    private readonly Dictionary<string, List<(DeviceState Device, int Candidate)>> _given = new(StringComparer.Ordinal);

    /// <summary>Sequences given and taken so far.</summary>
    public long Changes { get; private set; }

    /// <summary>Candidates of a generation that some device has.</summary>
    public HashSet<int> CandidatesOf(string generation) => _given.TryGetValue(generation, out var given) ? [.. given.Select(g => g.Candidate)] : [];

    public IReadOnlyList<DeviceState> DevicesOf(string generation) => _given.TryGetValue(generation, out var given) ? [.. given.Select(g => g.Device).Distinct()] : [];

    public void Add(DeviceState device, string generation, int candidate)
    {
        Changes++;
        if (!_given.TryGetValue(generation, out var given)) _given.Add(generation, given = []);
        given.Add((device, candidate));
    }

    public void Remove(DeviceState device, string generation, int candidate)
    {
        Changes++;
        if (_given.TryGetValue(generation, out var given) && given.Remove((device, candidate)) && given.Count == 0) _given.Remove(generation);
    }
}
