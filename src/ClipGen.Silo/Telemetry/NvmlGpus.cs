using System.Globalization;
using System.Runtime.InteropServices;

namespace ClipGen.Silo.Telemetry;

/// <summary>
/// NVIDIA's GPUs by the driver's own library; none where that is not there. Devices are named as CUDA numbers them, which is NVML's order
/// unless <c>CUDA_VISIBLE_DEVICES</c> names others by number; with <c>CUDA_DEVICE_ORDER</c> unset and GPUs of different speed on one machine
/// the two orders may differ.
/// </summary>
internal sealed class NvmlGpus : IGpuReader, IDisposable
{
    private const string Library = "libnvidia-ml.so.1";

    private readonly Dictionary<string, nint> _devices = new(StringComparer.Ordinal);
    private readonly nint _library;
    private readonly Simple? _shutdown;
    private readonly GetUtilization? _utilization;
    private readonly GetMemory? _memory;

    public NvmlGpus() : this(Library, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"))
    {
    }

    internal NvmlGpus(string library, string? visible)
    {
        if (!NativeLibrary.TryLoad(library, out _library)) return;
        var init = Find<Simple>("nvmlInit_v2");
        var count = Find<GetCount>("nvmlDeviceGetCount_v2");
        var handle = Find<GetHandle>("nvmlDeviceGetHandleByIndex_v2");
        _utilization = Find<GetUtilization>("nvmlDeviceGetUtilizationRates");
        _memory = Find<GetMemory>("nvmlDeviceGetMemoryInfo");
        if (init is null || count is null || handle is null || init() != 0) return;
        _shutdown = Find<Simple>("nvmlShutdown");
        if (count(out uint devices) != 0) return;
        foreach (var (index, number) in Visible(visible, (int)devices).Select((index, number) => (index, number)))
        {
            if (handle((uint)index, out nint device) == 0) _devices.Add(string.Create(CultureInfo.InvariantCulture, $"cuda:{number}"), device);
        }
    }

    public IReadOnlyList<string> Ids => [.. _devices.Keys];

    public GpuReading? Read(string id) =>
        _devices.TryGetValue(id, out nint device) && _utilization is not null && _memory is not null && _utilization(device, out var utilization) == 0 && _memory(device, out var memory) == 0
            ? new(utilization.Gpu / 100.0, (long)memory.Used, (long)memory.Total)
            : null;

    public void Dispose()
    {
        _devices.Clear();
        _shutdown?.Invoke();
        if (_library != 0) NativeLibrary.Free(_library);
    }

    /// <summary>The driver's numbers of the devices that CUDA shows, in its order; all of them where it names them in another way than by number.</summary>
    internal static IReadOnlyList<int> Visible(string? visible, int devices)
    {
        string[] names = visible?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        return names.Length > 0 && names.All(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < devices)
            ? [.. names.Select(name => int.Parse(name, CultureInfo.InvariantCulture))]
            : [.. Enumerable.Range(0, devices)];
    }

    private T? Find<T>(string name) where T : Delegate => NativeLibrary.TryGetExport(_library, name, out nint address) ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;

    private delegate int Simple();

    private delegate int GetCount(out uint count);

    private delegate int GetHandle(uint index, out nint device);

    private delegate int GetUtilization(nint device, out NvmlUtilization value);

    private delegate int GetMemory(nint device, out NvmlMemory value);

    [StructLayout(LayoutKind.Sequential)]
    private struct NvmlUtilization
    {
        public uint Gpu;
        public uint Memory;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct NvmlMemory
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }
}
