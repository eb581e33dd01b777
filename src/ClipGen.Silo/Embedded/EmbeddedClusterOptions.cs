using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClipGen.Silo.Embedded;

/// <summary>A cluster in the caller's own process.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>Folder that images and manifests are written to, unless another store is configured; made when the first one is.</summary>
    public required string ImageFolder { get; init; }

    /// <summary>Folder of what survives a restart. Default: a temporary one, which is removed at the end.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The silo's name: the first part of its devices' keys. Default: <c>local</c>.</summary>
    public string SiloName { get; init; } = "local";

    /// <summary>What goes to standard error. Default: warnings and worse.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Settings by configuration key, which take the place of the environment's. Default: none.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings { get; init; } = [];

    /// <summary>Services to add before ours, which give way to them: another image store, another clock. Default: none.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }
}
