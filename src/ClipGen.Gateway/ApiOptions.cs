using System.ComponentModel.DataAnnotations;
using System.Globalization;
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

    /// <summary>
    /// Bytes of bodies that are in memory at once, those of all requests together; of each the first 64 KiB do not count. What finds no room is
    /// answered with 503. A body takes several times its bytes while it is worked on. Default: 64 MiB, four of the largest.
    /// </summary>
    [Range(typeof(long), "1024", "1099511627776")]
    public long MaxBodyBytesAtOnce { get; set; } = 64 << 20;

    /// <summary>Time in which a body must have come. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often an idle event stream says that it is alive. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Event streams that this process keeps open at once; one more is answered with 503. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxEventStreams { get; set; } = 10_000;
}

[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

/// <summary>Checks what annotations do not reach.</summary>
internal sealed class ApiBodiesValidator : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        long largest = Math.Max(options.MaxBodyBytes, options.MaxImageBodyBytes);
        return options.MaxBodyBytesAtOnce >= largest ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(string.Create(
            CultureInfo.InvariantCulture,
            $"{ApiOptions.SectionName}:{nameof(options.MaxBodyBytesAtOnce)} is {options.MaxBodyBytesAtOnce}; it must be at least {largest}, so that the largest body fits ({nameof(options.MaxBodyBytes)}, {nameof(options.MaxImageBodyBytes)})."));
    }
}
