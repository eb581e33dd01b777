using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Hosting;

/// <summary>Where the process answers HTTP.</summary>
public sealed class HttpOptions
{
    public const string SectionName = "ClipGen:Http";

    /// <summary>Address and port; port 0 takes a free one, which the log names. Default: <c>127.0.0.1:8080</c>.</summary>
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>Reads the section and checks it.</summary>
    /// <exception cref="OptionsValidationException">Says what is wrong.</exception>
    public static HttpOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = SettingsSection.Bind(configuration, SectionName, new HttpOptions());
        if (!IPEndPoint.TryParse(options.Listen, out var endpoint) || !options.Listen.Contains(':', StringComparison.Ordinal) || endpoint.Address is null)
            throw new OptionsValidationException(SectionName, typeof(HttpOptions), [$"{SectionName}:Listen is '{options.Listen}'; use an address and a port, for example 127.0.0.1:8080."]);
        return options;
    }
}
