using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway;

/// <summary>How requests over HTTP are taken.</summary>
public sealed class ApiOptions
{
    public const string SectionName = "ClipGen:Api";

    /// <summary>The model of those who name none. Default: the only one there is; with several, a request must say.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>Where clients reach this server, as the first part of addresses in answers. Default: what the request was sent to.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Largest body in bytes. Default: 1 MiB, several times the longest prompt.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Largest body in bytes of a request whose prompt may have images. Default: 16 MiB, a prompt image of the largest size in base64 and more.</summary>
    [Range(1024, 1 << 30)]
    public long MaxImageBodyBytes { get; set; } = 16 << 20;

    /// <summary>How often an idle event stream says that it is alive. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Event streams that this process keeps open at once; one more is answered with 503. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxEventStreams { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;
