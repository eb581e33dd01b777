using ClipGen.Cli.Terminal;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Silo.Loading;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What <c>clipgen bench cluster</c> was asked.</summary>
/// <param name="Seconds">Length of each measurement, after its warm-up.</param>
/// <param name="Scaling">Measure four times the devices, too.</param>
internal sealed record BenchSettings(string DeviceNames, int SlotsPerDevice, double StepMilliseconds, int Codes, int Candidates, double Seconds, bool Scaling, bool Json)
{
    public int Devices { get; } = DeviceName.TryParse(DeviceNames, out var name) && name.Kind == "sim"
        ? name.Number ?? 1
        : throw new CommandException($"--devices is '{DeviceNames}'; the scheduler is measured on simulated devices: use sim:N.");

    /// <summary>Seconds a candidate takes in a slot.</summary>
    public double CandidateTime => StepMilliseconds / 1000 * Codes;

    public SimulatedDeviceOptions Simulation => new() { Slots = SlotsPerDevice, StepTime = StepMilliseconds / 1000, CodesPerImage = Codes, DefaultCandidates = Candidates };

    /// <exception cref="CommandException">A number is out of its range.</exception>
    public void Check()
    {
        NumberOption.Check("--slots", SlotsPerDevice, 1, 4096);
        NumberOption.Check("--step-ms", StepMilliseconds, 0.1, 3_600_000);
        NumberOption.Check("--codes", Codes, 1, 65_536);
        NumberOption.Check("--candidates", Candidates, 1, GenerationRequest.MaxCandidates);
        NumberOption.Check("--seconds", Seconds, 0.1, 86_400);
    }
}
