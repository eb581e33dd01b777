using System.Collections.Concurrent;
using ClipGen.Cluster.Generations;
using ClipGen.Engine.Devices;

namespace ClipGen.Silo.Devices;

/// <summary>
/// The engines of this process, one for each device and model. They live here and not in grains: an activation may be taken down
/// and put up again at any time, a loaded model may not.
/// </summary>
public sealed class DeviceRegistry : ISiloRole, IDisposable
{
    private readonly ConcurrentDictionary<(string Device, string Model), IDeviceEngine> _engines = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _drawsHere;
    private bool _disposed;

    /// <param name="engines">Loaded and ready; they stay the caller's and are not disposed here.</param>
    /// <param name="stages">What engines are offered for.</param>
    /// <param name="drawsHere">Whether engines are added later, so that the process draws although none is here yet.</param>
    /// <exception cref="ArgumentException">Two engines have the same device and model.</exception>
    public DeviceRegistry(IEnumerable<IDeviceEngine> engines, DeviceStages stages = DeviceStages.All, bool drawsHere = false)
    {
        ArgumentNullException.ThrowIfNull(engines);
        Stages = stages;
        foreach (var engine in engines) Add(engine);
        _drawsHere = drawsHere;
        Stopping = _stopping.Token;
    }

    /// <summary>What engines are offered for.</summary>
    public DeviceStages Stages { get; }

    public bool HasDevices => _drawsHere || !_engines.IsEmpty;

    public IReadOnlyCollection<IDeviceEngine> Engines => [.. _engines.Values];

    /// <summary>Cancelled when the silo stops: no stage uses an engine after that.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Takes an engine that is loaded and ready; the cluster hears of it with the next report.</summary>
    /// <exception cref="ArgumentException">There is one with the same device and model.</exception>
    public void Add(IDeviceEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        if (!_engines.TryAdd((engine.Device.Name, engine.Model.Name), engine))
            throw new ArgumentException($"Device {engine.Device.Name} has the model '{engine.Model.Name}' twice.", nameof(engine));
    }

    /// <exception cref="ModelNotFoundException">The device is here, but without this model.</exception>
    /// <returns>Null when the device is not here.</returns>
    public IDeviceEngine? Find(string device, string model)
    {
        if (_engines.TryGetValue((device, model), out var engine)) return engine;
        string[] models = [.. _engines.Keys.Where(k => k.Device == device).Select(k => k.Model).Order(StringComparer.Ordinal)];
        return models.Length == 0 ? null : throw new ModelNotFoundException($"Device {device} does not have the model '{model}'. It has: {string.Join(", ", models)}.");
    }

    public void Stop()
    {
        if (!_disposed) _stopping.Cancel();
    }

    public void Dispose()
    {
        if (_disposed) return;   // a container that knows it by two types disposes it twice
        Stop();
        _disposed = true;
        _stopping.Dispose();
    }
}
