namespace ClipGen.Silo.Loading;

/// <summary>How far a silo's devices are loaded; anyone may read it at any time.</summary>
public sealed class LoadProgress
{
    private readonly Lock _gate = new();
    private readonly List<string> _loaded = [];
    private int _wanted = -1;
    private string? _failure;

    /// <summary>Devices to load in all (−1 before that is known), those that are in service, and what went wrong.</summary>
    public (int Wanted, IReadOnlyList<string> Loaded, string? Failure) Now { get { lock (_gate) return (_wanted, [.. _loaded], _failure); } }

    public bool IsComplete { get { lock (_gate) return _loaded.Count == _wanted; } }

    internal void Begin(int wanted) { lock (_gate) _wanted = wanted; }

    internal void Loaded(string device) { lock (_gate) _loaded.Add(device); }

    internal void Fail(string failure) { lock (_gate) _failure = failure; }
}
