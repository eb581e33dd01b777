using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Prompts;

/// <summary>What files are taken as prompt images.</summary>
public sealed class PromptImageOptions
{
    public const string SectionName = "ClipGen:PromptImages";

    /// <summary>Largest file in bytes. Default: 10 MiB.</summary>
    [Range(1024, 64 << 20)]
    public int MaxBytes { get; set; } = 10 << 20;

    /// <summary>Most pixels a side; a silo that decodes one needs seven bytes for each pixel meanwhile. Default: 4096.</summary>
    [Range(1, 8000)]
    public int MaxSide { get; set; } = 4096;
}

[OptionsValidator]
internal sealed partial class PromptImageOptionsValidator : IValidateOptions<PromptImageOptions>;
