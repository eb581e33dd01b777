using System.ComponentModel.DataAnnotations;

namespace ClipGen.Engine.Devices;

/// <summary>How a device works.</summary>
public sealed class EngineOptions
{
    public const string SectionName = "ClipGen:Engine";

    /// <summary>Sequences sampled at once; a multiple of <see cref="GroupSize"/>. Default: 8.</summary>
    [Range(1, 4096)] public int Slots { get; set; } = 8;

    /// <summary>
    /// Sequences of one step. On a GPU, codes are reproducible between engines of the same value: a row's arithmetic depends on how many rows
    /// there are, and from 5 on, a step is padded to the next multiple of 8. On a CPU it changes no result. Default: 8.
    /// </summary>
    [Range(1, 512)] public int GroupSize { get; set; } = 8;

    /// <summary>Sequences that may wait for a slot. Default: 4096.</summary>
    [Range(0, 1_000_000)] public int MaxWaiting { get; set; } = 4096;

    /// <summary>Encode and decode jobs that may wait for the device. Default: 4096.</summary>
    [Range(1, 1_000_000)] public int MaxJobs { get; set; } = 4096;

    /// <summary>CPU threads at most. A sampler's step takes as many of them as make it fastest (a power of two); images are decoded on the others meanwhile, one each, at most 8 at once. Changes no result. Default: 0, the number of cores.</summary>
    [Range(0, 1024)] public int Threads { get; set; }

    /// <summary>Sample with libtorch on a CPU, too, on one thread: what a GPU does, where there is none.</summary>
    internal bool Libtorch { get; set; }
}
