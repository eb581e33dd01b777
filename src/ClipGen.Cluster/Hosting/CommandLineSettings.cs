using Microsoft.Extensions.Configuration;

namespace ClipGen.Cluster.Hosting;

/// <summary>Settings from a command line of <c>--ClipGen:Cluster:Connection redis://…</c> or <c>--ClipGen:Cluster:Connection=redis://…</c>.</summary>
public static class CommandLineSettings
{
    public static IEnumerable<KeyValuePair<string, string?>> Read(string[] args) => new ConfigurationBuilder().AddCommandLine(args).Build().AsEnumerable().Where(s => s.Value is not null);
}
