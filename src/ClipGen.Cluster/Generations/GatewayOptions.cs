using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Generations;

public sealed class GatewayOptions
{
    public const string SectionName = "ClipGen:Gateway";

    /// <summary>Candidates that one model's unfinished requests may have in all; a request beyond it is refused. At least one request of the largest size. Default: 4096.</summary>
    [Range(GenerationRequest.MaxCandidates, 1_000_000)]
    public int MaxUnfinishedCandidates { get; set; } = 4096;
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
