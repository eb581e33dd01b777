using System.CommandLine;
using ClipGen.Silo.Loading;
using TorchSharp;

namespace ClipGen.Cli.Terminal;

/// <summary>Where the networks run.</summary>
internal static class DeviceOption
{
    public static Option<string> Create() => new("--device") { Description = "Where the networks run: cpu, cuda, cuda:1, …, or auto (CUDA if there is one).", DefaultValueFactory = _ => "auto", HelpName = "device" };

    /// <exception cref="CommandException">The name means no device.</exception>
    /// <exception cref="DeviceMissingException">This machine has no such device.</exception>
    public static torch.Device Parse(string text)
    {
        if (!DeviceName.TryParse(text, out var name) || name.Kind == "sim") throw new CommandException($"There is no device '{text}'; use cpu, cuda, cuda:N or auto.");
        return TorchDevices.Of(name)[0];
    }
}
