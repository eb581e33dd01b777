namespace ClipGen.Cluster.Placement;

/// <summary>Questions about a directory whose answer "no" says what there is instead.</summary>
public static class DeviceDirectoryExtensions
{
    /// <exception cref="ModelNotFoundException">No device has the model; the message lists those that are there.</exception>
    public static ModelDescription Describe(this IDeviceDirectory directory, string model)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var models = directory.Devices.SelectMany(d => d.Models).ToList();
        return models.Find(m => m.Name == model) ?? throw new ModelNotFoundException(models.Count == 0
            ? $"No device has the model '{model}': none has any model."
            : $"No device has the model '{model}'. There are: {string.Join(", ", models.Select(m => m.Name).Distinct().Order(StringComparer.Ordinal))}.");
    }

    public static DeviceNotFoundException NotFound(this IDeviceDirectory directory, string device)
    {
        ArgumentNullException.ThrowIfNull(directory);
        return new(directory.Devices.Count == 0
            ? $"There is no device '{device}': none is ready."
            : $"There is no device '{device}'. There are: {string.Join(", ", directory.Devices.Select(d => d.Key))}.");
    }
}
