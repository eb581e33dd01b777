using ClipGen.Engine.Devices;

namespace ClipGen.Silo.Devices;

/// <summary>
/// Whether a device with one model is in service. It is taken out once a stage has failed several different requests in a row: a single
/// one that fails wherever it comes must take no device out.
/// </summary>
/// <param name="limit">Different requests that a stage must fail in a row, 1 or more.</param>
public sealed class DeviceHealth(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DeviceStages, HashSet<string>> _failed = [];
    private string? _trouble;

    /// <summary>It has been taken out of service or brought back.</summary>
    public event Action? Changed;

    /// <summary>Why the device is out of service; null when it is not.</summary>
    public string? Trouble { get { lock (_gate) return _trouble; } }

    public void Succeeded(DeviceStages stage)
    {
        lock (_gate) _failed.Remove(stage);
    }

    /// <param name="request">What tells the request from others.</param>
    public void Failed(DeviceStages stage, string request, Exception error)
    {
        // Cancelled, not let in, or not a possible request: that is not the device's doing.
        if (error is OperationCanceledException or EngineBusyException or ArgumentException or InvalidDataException) return;
        lock (_gate)
        {
            if (_trouble is not null) return;
            if (!_failed.TryGetValue(stage, out var requests)) _failed.Add(stage, requests = new(StringComparer.Ordinal));
            requests.Add(request);
            if (requests.Count < limit) return;
        }
        TakeOut($"It has failed {limit} requests in a row ({stage}), the last one with: {error.Message}");
    }

    public void TakeOut(string trouble) => Set(trouble);

    public void BringBack() => Set(null);

    private void Set(string? trouble)
    {
        bool changed;
        lock (_gate)
        {
            changed = trouble is null != _trouble is null;
            _trouble = trouble;
            _failed.Clear();
        }
        if (changed) Changed?.Invoke();
    }
}
