namespace ClipGen.Client;

/// <summary>How patient a client is, over either transport.</summary>
public class ClipGenClientOptions
{
    /// <summary>Tries after the first for a call that may succeed later, and for a stream that broke without telling anything new. Default: 4.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Pause before the first retry; each further one is twice as long, and a random part of up to half is taken off. Default: 500 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest pause of our own choosing. Default: 20 s.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest pause that the cluster may ask for; if it asks for more, the call fails at once and says how long. Default: 60 s.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for one try of a call; drawing is not within one call, so it may take longer. Default: 100 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(100);

    internal virtual IEnumerable<string> Problems()
    {
        if (MaxRetries is < 0 or > 100) yield return $"{nameof(MaxRetries)} is {MaxRetries}; it must be 0 to 100.";
        foreach (var (name, value) in new[] { (nameof(RetryDelay), RetryDelay), (nameof(MaxRetryDelay), MaxRetryDelay), (nameof(MaxRetryAfter), MaxRetryAfter) })
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(1)) yield return $"{name} is {value}; it must be 0 to a day.";
        }
        if (!IsTimeout(CallTimeout)) yield return $"{nameof(CallTimeout)} is {CallTimeout}; it must be more than 0 and at most a day.";
    }

    private protected static bool IsTimeout(TimeSpan value) => value > TimeSpan.Zero && value <= TimeSpan.FromDays(1);
}

/// <summary>A client that speaks HTTP to a gateway.</summary>
public sealed class ClipGenHttpOptions : ClipGenClientOptions
{
    /// <summary>The gateway's root, for example <c>http://localhost:8080</c>, without <c>/v1</c>. Required.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Sent as a bearer token, to <see cref="BaseAddress"/> only. Default: none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>An event stream on which nothing comes for so long, not even a heartbeat, has broken. Default: 60 s.</summary>
    public TimeSpan StreamIdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    internal override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems()) yield return problem;
        if (BaseAddress is null)
            yield return $"{nameof(BaseAddress)} is missing; set it to the gateway's root, for example http://localhost:8080.";
        else if (!BaseAddress.IsAbsoluteUri || BaseAddress.Scheme is not ("http" or "https"))
            yield return $"{nameof(BaseAddress)} is '{BaseAddress}'; it must be an absolute http or https address.";
        if (ApiKey is not null && (ApiKey.Length == 0 || !ApiKey.All(c => c is > ' ' and < '\x7f')))
            yield return $"{nameof(ApiKey)} is empty or has characters that a header cannot carry.";
        if (!IsTimeout(StreamIdleTimeout)) yield return $"{nameof(StreamIdleTimeout)} is {StreamIdleTimeout}; it must be more than 0 and at most a day.";
    }
}

/// <summary>A client in a silo or an Orleans client of the cluster.</summary>
public sealed class ClipGenClusterOptions : ClipGenClientOptions
{
    /// <summary>Whose share of the cluster its generations take. Default: <c>default</c>.</summary>
    public string Tenant { get; set; } = Submission.DefaultTenant;

    internal override IEnumerable<string> Problems()
    {
        foreach (string problem in base.Problems()) yield return problem;
        if (string.IsNullOrWhiteSpace(Tenant)) yield return $"{nameof(Tenant)} is empty; leave it at '{Submission.DefaultTenant}' or name a tenant.";
    }
}
