using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Generations;

/// <summary>How long a generation is tried, and how long it is kept.</summary>
public sealed class GenerationOptions
{
    public const string SectionName = "ClipGen:Generations";

    /// <summary>Times that a stage or a candidate is tried before the generation fails with what went wrong. Default: 4.</summary>
    [Range(1, 100)] public int MaxAttempts { get; set; } = 4;

    /// <summary>Processes that may be lost while they draw it before the generation is quarantined: it fails. Default: 5.</summary>
    [Range(1, 100)] public int MaxCrashes { get; set; } = 5;

    /// <summary>Lost processes after which it is drawn on a device of its own, so that it takes nobody else down. Default: 2.</summary>
    [Range(1, 100)] public int CrashesBeforeIsolation { get; set; } = 2;

    /// <summary>Wait before the second try; each further one waits twice as long, up to <see cref="LongestBackoff"/>. Default: 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan Backoff { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan LongestBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Times that the image store is tried before the generation fails with what went wrong, with waits as above. Default: 20, which with
    /// the default waits is about two minutes. An error that does not pass by itself fails it at once.
    /// </summary>
    [Range(1, 1000)] public int StoreAttempts { get; set; } = 20;

    /// <summary>How often a generation that waits for candidates makes sure that the gateway still knows of them. Default: 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")] public TimeSpan Reassurance { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one that ends when nobody watches it waits for a watcher to come back. Default: 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan UnwatchedGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a generation is kept after its end. Default: 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")] public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Whether its images go with it. Default: false.</summary>
    public bool RemoveImages { get; set; }

    /// <summary>Wait before try number <paramref name="attempt"/>, from 1.</summary>
    internal TimeSpan Wait(int attempt)
    {
        if (attempt <= 1) return TimeSpan.Zero;
        var wait = Backoff * Math.Pow(2, Math.Min(attempt - 2, 30));
        return wait < LongestBackoff ? wait : LongestBackoff;
    }
}

[OptionsValidator]
internal sealed partial class GenerationOptionsValidator : IValidateOptions<GenerationOptions>;
