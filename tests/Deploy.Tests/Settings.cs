using System.Reflection;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Engine.Devices;
using ClipGen.Gateway;
using ClipGen.Silo.Loading;
using Microsoft.Extensions.Configuration;

namespace ClipGen.Deploy.Tests;

/// <summary>Settings as the executables read them from their environment, and the types that they end up in.</summary>
internal static class Settings
{
    private static readonly Dictionary<string, Type> Sections = new[] { typeof(ClusterOptions), typeof(ApiOptions), typeof(DeviceOptions), typeof(EngineOptions) }
        .SelectMany(type => type.Assembly.GetTypes())
        .Where(type => type.GetField("SectionName", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true })
        .ToDictionary(type => (string)type.GetField("SectionName")!.GetRawConstantValue()!);

    /// <summary>What <see cref="EnvironmentSettings"/> makes of such an environment.</summary>
    public static IConfiguration Read(IEnumerable<KeyValuePair<string, string>> environment) => new ConfigurationBuilder()
        .AddInMemoryCollection(environment
            .Where(v => v.Key.StartsWith("CLIPGEN__", StringComparison.OrdinalIgnoreCase))
            .Select(v => KeyValuePair.Create(v.Key.Replace("__", ":", StringComparison.Ordinal), (string?)v.Value)))
        .Build();

    /// <summary>Every setting must be one that some options have, of their type.</summary>
    public static void AssertKnown(IConfiguration settings, string owner)
    {
        foreach (var section in settings.GetSection("ClipGen").GetChildren())
        {
            Assert.True(Sections.TryGetValue(section.Path, out var type), $"{owner} is told {section.Path}, which nothing reads.");
            section.Bind(Activator.CreateInstance(type!)!, binder => binder.ErrorOnUnknownConfiguration = true);
        }
    }
}
