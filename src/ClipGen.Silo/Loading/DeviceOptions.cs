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

    /// <summary>Where known answers are kept that have been established here. Default: the cluster's data folder.</summary>
    public string? DataFolder { get; set; }

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
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
