using System.CommandLine;
using TorchSharp;

namespace ClipGen.Cli.Terminal;

/// <summary>Where the networks run.</summary>
internal static class DeviceOption
{
    public static Option<string> Create() => new("--device") { Description = "Where the networks run: cpu, cuda, cuda:1, …, or auto (CUDA if there is one).", DefaultValueFactory = _ => "auto", HelpName = "device" };

    /// <exception cref="CommandException">There is no such device.</exception>
    public static torch.Device Parse(string text)
    {
        string kind = text.Split(':')[0];
        bool numbered = text.Contains(':');
        int index = 0;
        if (kind is not ("auto" or "cpu" or "cuda") || (numbered && (kind != "cuda" || !int.TryParse(text.AsSpan(5), out index) || index < 0)))
            throw new CommandException($"There is no device '{text}'; use cpu, cuda, cuda:N or auto.");
        if (kind == "cpu" || (kind == "auto" && !torch.cuda.is_available())) return torch.CPU;
        if (!torch.cuda.is_available()) throw new CommandException("No CUDA device can be used: this is a CPU build or there is no GPU. Build with -p:TorchBackend=cuda on a GPU machine, or use --device cpu.");
        if (index >= torch.cuda.device_count()) throw new CommandException($"There is no device '{text}'; this machine has cuda:0 to cuda:{torch.cuda.device_count() - 1}.");
        return torch.device(DeviceType.CUDA, index);
    }
}
