using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ClipGen.Deploy.Tests.Compose;

/// <summary>The fields of a compose file that ours uses, merges resolved; any other field throws when it is read.</summary>
internal sealed class ComposeFile
{
    public static readonly string Folder = Path.Combine(Repository.Root, "deploy", "compose");

    [YamlMember(Alias = "name")] public string Name { get; set; } = "";
    [YamlMember(Alias = "services")] public Dictionary<string, ComposeService> Services { get; set; } = [];
    [YamlMember(Alias = "networks")] public Dictionary<string, object?> Networks { get; set; } = [];
    [YamlMember(Alias = "volumes")] public Dictionary<string, object?> Volumes { get; set; } = [];
    [YamlMember(Alias = "x-silo")] public object? Silo { get; set; }
    [YamlMember(Alias = "x-gpu-node")] public object? GpuNode { get; set; }
    [YamlMember(Alias = "x-settings")] public object? Settings { get; set; }

    public static ComposeFile Load() => Read<ComposeFile>(Path.Combine(Folder, "compose.yaml"));

    public static T Read<T>(string path)
    {
        using var reader = new StringReader(File.ReadAllText(path));
        return new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<T>(new MergingParser(new Parser(reader)));
    }
}

internal sealed class ComposeService
{
    [YamlMember(Alias = "image")] public string Image { get; set; } = "";
    [YamlMember(Alias = "build")] public ComposeBuild? Build { get; set; }
    [YamlMember(Alias = "profiles")] public List<string> Profiles { get; set; } = [];
    [YamlMember(Alias = "restart")] public string? Restart { get; set; }
    [YamlMember(Alias = "read_only")] public bool ReadOnly { get; set; }
    [YamlMember(Alias = "tmpfs")] public string? Tmpfs { get; set; }
    [YamlMember(Alias = "cap_drop")] public List<string> CapDrop { get; set; } = [];
    [YamlMember(Alias = "security_opt")] public List<string> SecurityOpt { get; set; } = [];
    [YamlMember(Alias = "user")] public string? User { get; set; }
    [YamlMember(Alias = "network_mode")] public string? NetworkMode { get; set; }
    [YamlMember(Alias = "stop_grace_period")] public string? StopGracePeriod { get; set; }
    [YamlMember(Alias = "command")] public List<string> Command { get; set; } = [];
    [YamlMember(Alias = "environment")] public Dictionary<string, string> Environment { get; set; } = [];
    [YamlMember(Alias = "healthcheck")] public ComposeHealthCheck? HealthCheck { get; set; }
    [YamlMember(Alias = "deploy")] public object? Deploy { get; set; }
    [YamlMember(Alias = "ports")] public List<string> Ports { get; set; } = [];
    [YamlMember(Alias = "expose")] public List<string> Expose { get; set; } = [];
    [YamlMember(Alias = "volumes")] public List<string> Volumes { get; set; } = [];

    /// <summary>A list of names, or a map by name.</summary>
    [YamlMember(Alias = "networks")] public object? Networks { get; set; }
    /// <inheritdoc cref="Networks"/>
    [YamlMember(Alias = "depends_on")] public object? DependsOn { get; set; }

    public static IEnumerable<string> Names(object? listOrMap) => listOrMap switch
    {
        null => [],
        IDictionary<object, object> map => map.Keys.Cast<string>(),
        IEnumerable<object> list => list.Cast<string>(),
        _ => throw new InvalidOperationException($"{listOrMap} is neither a list nor a map."),
    };
}

internal sealed class ComposeBuild
{
    [YamlMember(Alias = "context")] public string Context { get; set; } = "";
    [YamlMember(Alias = "dockerfile")] public string Dockerfile { get; set; } = "";
    [YamlMember(Alias = "args")] public Dictionary<string, string> Args { get; set; } = [];
}

internal sealed class ComposeHealthCheck
{
    [YamlMember(Alias = "test")] public List<string> Test { get; set; } = [];
    [YamlMember(Alias = "interval")] public string? Interval { get; set; }
}
