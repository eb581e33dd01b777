using System.Globalization;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Devices;

namespace ClipGen.Cli.Chaos;

/// <summary>The devices and the requests of a run.</summary>
internal static class SimulatedWorld
{
    /// <summary>The folder of the images within a run's folder.</summary>
    public const string Images = "images";

    /// <summary>The folder in which the devices count their steps, within a run's folder.</summary>
    public const string Steps = "steps";

    private const int Candidates = 4, Kept = 2;

    public static SimulatedDeviceOptions Options { get; } = new() { Slots = 8, CodesPerImage = 64, StepTime = 0.005, ImageSize = 32 };

    /// <summary>The same for a process of its own.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Environment =>
    [
        new("CLIPGEN__Simulation__Slots", Options.Slots.ToString(CultureInfo.InvariantCulture)),
        new("CLIPGEN__Simulation__CodesPerImage", Options.CodesPerImage.ToString(CultureInfo.InvariantCulture)),
        new("CLIPGEN__Simulation__StepTime", Options.StepTime.ToString(CultureInfo.InvariantCulture)),
        new("CLIPGEN__Simulation__ImageSize", Options.ImageSize.ToString(CultureInfo.InvariantCulture)),
    ];

    public static ModelDescription Model { get; } = new SimulatedDevice(0, Options).Model.Describe();

    /// <summary>A request unlike any other of the run.</summary>
    public static GenerationRequest Request(ulong seed, int number) => GenerationRequest.Create(
        new() { Prompt = $"number {number}", Seed = unchecked(seed * 1_000_003 + (ulong)number), Candidates = Candidates, Keep = Kept, ImageNamePrefix = $"n{number:00000}" }, Model);
}
