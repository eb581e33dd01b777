using ClipGen.Cluster.Placement;
using ClipGen.Engine.Devices;

namespace ClipGen.Silo.Devices;

/// <summary>
/// The engines of this process, one for each device and model. They live here and not in grains: an activation may be taken down
/// and put up again at any time, a loaded model may not.
/// </summary>
public sealed class DeviceRegistry : IDisposable
{
    private readonly Dictionary<(string Device, string Model), IDeviceEngine> _engines = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="engines">Stay the caller's: they are not disposed here.</param>
    /// <exception cref="ArgumentException">Two engines have the same device and model.</exception>
    public DeviceRegistry(IEnumerable<IDeviceEngine> engines)
    {
        ArgumentNullException.ThrowIfNull(engines);
        foreach (var engine in engines)
        {
            if (!_engines.TryAdd((engine.Device.Name, engine.Model.Name), engine))
                throw new ArgumentException($"Device {engine.Device.Name} has the model '{engine.Model.Name}' twice.", nameof(engines));
        }
        Stopping = _stopping.Token;
    }

    /// <summary>Cancelled when the silo stops: no stage uses an engine after that.</summary>
    public CancellationToken Stopping { get; }

    /// <exception cref="ModelNotFoundException">The device is here, but without this model.</exception>
    /// <returns>Null when the device is not here.</returns>
    public IDeviceEngine? Find(string device, string model)
    {
        if (_engines.TryGetValue((device, model), out var engine)) return engine;
        string[] models = [.. _engines.Keys.Where(k => k.Device == device).Select(k => k.Model).Order(StringComparer.Ordinal)];
        return models.Length == 0 ? null : throw new ModelNotFoundException($"Device {device} does not have the model '{model}'. It has: {string.Join(", ", models)}.");
    }

    /// <summary>What the cluster is told of this silo's devices.</summary>
    public IEnumerable<DeviceEntry> Entries(string silo) => _engines.Values
        .GroupBy(e => e.Device.Name)
        .Select(device => new DeviceEntry(
            new(silo, device.Key),
            device.First().Device.Kind,
            device.Max(e => e.Device.Slots),
            [.. device.Select(e => e.Model.Describe())]));

    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        Stop();
        _stopping.Dispose();
    }
}
