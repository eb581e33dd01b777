using TorchSharp;

namespace ClipGen.Silo.Loading;

/// <summary>Finds the devices of this machine that a name means.</summary>
public static class TorchDevices
{
    /// <exception cref="DeviceMissingException">There is no such device; says which there are.</exception>
    public static IReadOnlyList<torch.Device> Of(DeviceName name)
    {
        if (name.Kind == "cpu" || (name.Kind == "auto" && !torch.cuda.is_available())) return [torch.CPU];
        if (!torch.cuda.is_available())
            throw new DeviceMissingException("No CUDA device can be used: this is a CPU build or there is no GPU. Build with -p:TorchBackend=cuda on a GPU machine, or use the device cpu.");
        int count = torch.cuda.device_count();
        if (name is { Kind: "cuda", Number: { } number })
        {
            return number < count
                ? [torch.device(DeviceType.CUDA, number)]
                : throw new DeviceMissingException($"There is no device 'cuda:{number}'; this machine has cuda:0 to cuda:{count - 1}.");
        }
        return [.. Enumerable.Range(0, count).Select(i => torch.device(DeviceType.CUDA, i))];
    }
}

/// <summary>A device that was asked for is not there; the message is one line for whoever asked.</summary>
public sealed class DeviceMissingException(string message) : Exception(message);
