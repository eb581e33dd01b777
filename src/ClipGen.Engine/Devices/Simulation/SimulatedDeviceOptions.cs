using System.ComponentModel.DataAnnotations;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>What a simulated device stands for. Times are simulated seconds.</summary>
public sealed class SimulatedDeviceOptions
{
    public const string SectionName = "ClipGen:Simulation";

    /// <summary>Sequences sampled at once. Default: 64.</summary>
    [Range(1, 4096)] public int Slots { get; set; } = 64;

    /// <summary>Sequences that may wait for a slot. Default: 4096.</summary>
    [Range(0, 1_000_000)] public int MaxWaiting { get; set; } = 4096;

    /// <summary>Encode and decode jobs that may wait for the device. Default: 4096.</summary>
    [Range(1, 1_000_000)] public int MaxJobs { get; set; } = 4096;

    /// <summary>Seconds of one step of the whole batch, however full it is. Default: 0.02.</summary>
    [Range(1e-6, 3600.0)] public double StepTime { get; set; } = 0.02;

    /// <summary>Seconds of one prompt's encoding. Default: 0.002.</summary>
    [Range(0.0, 3600.0)] public double EncodeTime { get; set; } = 0.002;

    /// <summary>Seconds of one candidate's decoding and scoring. Default: 0.004.</summary>
    [Range(0.0, 3600.0)] public double DecodeTime { get; set; } = 0.004;

    /// <summary>The model's name. Default: <c>sim</c>.</summary>
    [Required] public string Model { get; set; } = "sim";

    /// <summary>Candidates of a request that does not say how many. Default: 8.</summary>
    [Range(1, 4096)] public int DefaultCandidates { get; set; } = 8;

    /// <summary>Codes of a candidate, and the steps it takes. Default: 256.</summary>
    [Range(1, 65_536)] public int CodesPerImage { get; set; } = 256;

    /// <summary>Default: 16384.</summary>
    [Range(1, 1 << 24)] public int CodebookSize { get; set; } = 16_384;

    /// <summary>Numbers of an embedding. Default: 512.</summary>
    [Range(1, 65_536)] public int EmbeddingSize { get; set; } = 512;

    /// <summary>Pixels of a side. Default: 32, because it is the scheduling that is measured.</summary>
    [Range(1, 4096)] public int ImageSize { get; set; } = 32;

    /// <summary>The seed of a request that kills the process halfway through each of its candidates. Default: null, none does.</summary>
    public ulong? CrashOnSeed { get; set; }

    /// <summary>
    /// Folder in which the device counts, in a <see cref="StepFile"/> of its own, the steps of all sequences whose progress somebody follows.
    /// It then wakes at every step. Default: null, it does not count.
    /// </summary>
    public string? StepsFolder { get; set; }

    /// <exception cref="ArgumentException">Something is out of its range; the message names all that is.</exception>
    internal void Validate()
    {
        var mistakes = new List<ValidationResult>();
        if (!Validator.TryValidateObject(this, new(this), mistakes, validateAllProperties: true))
            throw new ArgumentException(string.Join(' ', mistakes.Select(mistake => mistake.ErrorMessage)));
    }
}
