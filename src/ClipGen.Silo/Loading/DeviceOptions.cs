using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Silo.Loading;

/// <summary>Which devices a silo has, and what they do.</summary>
public sealed class DeviceOptions
{
    public const string SectionName = "ClipGen:Devices";

    /// <summary><c>auto</c> (every CUDA device, or the CPU if there is none), <c>cpu</c>, <c>cuda:N</c>, <c>sim:N</c> (N simulated ones). Default: auto.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Model bundles to load on each: names or folders. Default: shapes.</summary>
    public List<string> Models { get; } = [];

    /// <summary>What they are offered for: encode, sample, decode. Default: all of it.</summary>
    public List<string> Stages { get; } = [];

    /// <summary>How often a device must reproduce its known answer while it is in service; zero for never. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Time in which a device must reproduce its known answer, waiting for a free slot included: at least twice what a candidate takes on it
    /// while it is full. One that does not is out of service, and at the start is not taken into it. Default: 2 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A device that has work and has done none of it for so long must reproduce its known answer at once; zero for no such check. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan CheckAfterSilence { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Different requests that a stage must fail in a row for the device to be taken out of service and checked. Default: 3.</summary>
    [Range(1, 1000)]
    public int FailuresBeforeCheck { get; set; } = 3;

    /// <summary>Wait before a device that is out of service is checked again; each further one waits twice as long, up to <see cref="LongestRecheck"/>. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RecheckAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongestRecheck { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Where known answers are kept that have been established here. Default: the cluster's data folder.</summary>
    public string? DataFolder { get; set; }

    /// <summary>Wait before the next check of a device that is out of service and has failed so many.</summary>
    internal TimeSpan Recheck(int failures)
    {
        var wait = RecheckAfter * Math.Pow(2, Math.Min(failures, 30));
        return wait < LongestRecheck ? wait : LongestRecheck;
    }

    internal DeviceStages OfferedStages => Stages.Count == 0 ? DeviceStages.All : Stages.Aggregate(DeviceStages.None, (all, stage) => all | Enum.Parse<DeviceStages>(stage, ignoreCase: true));
}

internal sealed class DeviceOptionsValidator : IValidateOptions<DeviceOptions>
{
    public ValidateOptionsResult Validate(string? name, DeviceOptions options)
    {
        var problems = new List<string>();
        foreach (string device in options.Names)
        {
            if (!DeviceName.TryParse(device, out _)) problems.Add($"{DeviceOptions.SectionName}:Names has '{device}'; use auto, cpu, cuda, cuda:N, or sim:N.");
        }
        foreach (string stage in options.Stages)
        {
            if (stage.ToLowerInvariant() is not ("encode" or "sample" or "decode")) problems.Add($"{DeviceOptions.SectionName}:Stages has '{stage}'; use encode, sample, decode, or leave it empty for all of them.");
        }
        if (options.CheckEvery < TimeSpan.Zero) problems.Add($"{DeviceOptions.SectionName}:CheckEvery is {options.CheckEvery}; it must be 0 (never) or longer.");
        if (options.CheckTimeout < TimeSpan.FromSeconds(1) || options.CheckTimeout > TimeSpan.FromDays(1)) problems.Add($"{DeviceOptions.SectionName}:CheckTimeout is {options.CheckTimeout}; it must be a second to a day.");
        if (options.CheckAfterSilence < TimeSpan.Zero || options.CheckAfterSilence > TimeSpan.FromDays(1)) problems.Add($"{DeviceOptions.SectionName}:CheckAfterSilence is {options.CheckAfterSilence}; it must be 0 (never) to a day.");
        if (options.FailuresBeforeCheck < 1) problems.Add($"{DeviceOptions.SectionName}:FailuresBeforeCheck is {options.FailuresBeforeCheck}; it must be at least 1.");
        if (options.RecheckAfter < TimeSpan.FromSeconds(1)) problems.Add($"{DeviceOptions.SectionName}:RecheckAfter is {options.RecheckAfter}; it must be at least a second.");
        if (options.LongestRecheck < options.RecheckAfter) problems.Add($"{DeviceOptions.SectionName}:LongestRecheck is {options.LongestRecheck}; it must be at least RecheckAfter, {options.RecheckAfter}.");
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
