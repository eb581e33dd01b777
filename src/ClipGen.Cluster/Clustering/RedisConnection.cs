using System.Globalization;
using StackExchange.Redis;

namespace ClipGen.Cluster.Clustering;

/// <summary>What <c>redis://[user:password@]host:port[/db]</c> says, and a connection to it.</summary>
internal static class RedisConnection
{
    private const int DefaultPort = 6379;

    /// <returns>Null when the text is not of that form.</returns>
    public static ConfigurationOptions? Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss")) return null;
        if (uri.Host == "" || uri.Query != "" || uri.Fragment != "") return null;

        int database = 0;
        if (uri.AbsolutePath is not ("" or "/") && !int.TryParse(uri.AbsolutePath.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out database)) return null;

        string[] user = uri.UserInfo == "" ? [] : uri.UserInfo.Split(':', 2);
        if (user.Length == 1) return null;   // a name alone opens nothing, and might be a password

        var client = new ConfigurationOptions
        {
            ClientName = "clipgen",
            Ssl = uri.Scheme == "rediss",
            DefaultDatabase = database,
            ReconnectRetryPolicy = new ExponentialRetry(deltaBackOffMilliseconds: 200, maxDeltaBackOffMilliseconds: 5000),
        };
        client.EndPoints.Add(uri.IdnHost, uri.Port < 0 ? DefaultPort : uri.Port);
        if (user.Length == 2)
        {
            client.User = user[0] == "" ? null : Uri.UnescapeDataString(user[0]);
            client.Password = Uri.UnescapeDataString(user[1]);
        }
        return client;
    }

    /// <exception cref="ClusterConnectionException">Redis does not answer, or not to us.</exception>
    public static async Task<(IConnectionMultiplexer Multiplexer, bool IsShared)> ConnectAsync(ConfigurationOptions redis)
    {
        try
        {
            return (await ConnectionMultiplexer.ConnectAsync(redis), false);
        }
        catch (RedisException e)
        {
            string endpoint = redis.EndPoints[0].ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal);   // as names begin there
            throw new ClusterConnectionException($"Cannot connect to Redis at {endpoint} ({ClusterOptions.SectionName}:Connection): {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Fit for a message: without what might be a name or a password, in this form or in another that people use.</summary>
    public static string WithoutSecrets(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal), at = text.LastIndexOf('@');
        string start = scheme < 0 ? "" : text[..(scheme + 3)];
        string rest = at < 0 ? text[start.Length..] : "***" + text[at..];
        int more = rest.IndexOfAny([',', ';', ' ', '?', '\r', '\n']);
        return start + (more < 0 ? rest : rest[..more] + "…");
    }
}
