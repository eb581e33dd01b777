namespace ClipGen.Cluster.Hosting;

/// <summary>The part of the environment that is ours, by configuration key: <c>CLIPGEN__Cluster__Connection</c> is <c>ClipGen:Cluster:Connection</c>.</summary>
public static class EnvironmentSettings
{
    public static IEnumerable<KeyValuePair<string, string?>> Read() =>
        from System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where name.StartsWith("CLIPGEN__", StringComparison.OrdinalIgnoreCase) || name.StartsWith("OTEL_", StringComparison.Ordinal)
        select KeyValuePair.Create(name.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value);
}
