using System.Net;
using ClipGen.Cluster.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Auth;

/// <summary>Who may call. A tenant's weight and quota are under <c>ClipGen:Queue:Tenants</c>.</summary>
public sealed class AuthOptions
{
    public const string SectionName = "ClipGen:Auth";

    private const int MinSecretLength = 32;

    private static readonly TimeSpan MinLifetime = TimeSpan.FromSeconds(1), MaxLifetime = TimeSpan.FromDays(30);

    /// <summary>Keys that are let in. Default: none, everybody is let in as one tenant; refused where other machines can reach the server.</summary>
    public IList<ApiKeyOptions> Keys { get; } = [];

    /// <summary>Let everybody in, although other machines can reach the server and there are no keys. Default: false.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>What addresses of images are signed with, where keys are asked for; the same at every gateway. Default: null, derived from <see cref="Keys"/>, so that every change of theirs ends all signed addresses.</summary>
    public string? UrlSecret { get; set; }

    /// <summary>How long a signed address of an image opens it, rounded up to the minute. Default: 1 hour.</summary>
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Reads the section and checks it.</summary>
    /// <exception cref="OptionsValidationException">Says everything that is wrong, a sentence each.</exception>
    public static AuthOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        // A misspelt key must not leave a door open.
        var options = SettingsSection.Bind(configuration, SectionName, new AuthOptions(), strict: true);
        var problems = new List<string>();
        string listen = new HttpOptions().Listen;
        try
        {
            listen = HttpOptions.From(configuration).Listen;
        }
        catch (OptionsValidationException e)
        {
            problems.AddRange(e.Failures);   // whom it would let in nobody knows
        }
        problems.AddRange(Problems(options, listen));
        return problems.Count == 0 ? options : throw new OptionsValidationException(SectionName, typeof(AuthOptions), problems);
    }

    private static IEnumerable<string> Problems(AuthOptions options, string listen)
    {
        for (int i = 0; i < options.Keys.Count; i++)
        {
            var key = options.Keys[i];
            if (key.Sha256.Length != 64 || !key.Sha256.All(char.IsAsciiHexDigit))
                yield return $"{SectionName}:Keys:{i}:Sha256 is not a SHA-256 in hex (64 digits); make one with: printf %s \"$KEY\" | sha256sum.";
            if (string.IsNullOrWhiteSpace(key.Tenant))
                yield return $"{SectionName}:Keys:{i}:Tenant is empty; name the tenant that the key belongs to.";
        }
        foreach (var twice in options.Keys.GroupBy(k => k.Sha256, StringComparer.OrdinalIgnoreCase).Where(g => g.Key.Length > 0 && g.Count() > 1))
            yield return $"{SectionName}:Keys has the same key {twice.Count()} times ({twice.Key[..Math.Min(8, twice.Key.Length)]}…); leave one of them.";
        if (options.UrlSecret is { Length: < MinSecretLength })
            yield return $"{SectionName}:UrlSecret has fewer than {MinSecretLength} characters; make one with: openssl rand -hex 32.";
        if (options.UrlLifetime < MinLifetime || options.UrlLifetime > MaxLifetime)
            yield return $"{SectionName}:UrlLifetime is {options.UrlLifetime}; it must be from {MinLifetime} to {MaxLifetime}.";
        if (options.Keys.Count == 0 && !options.AllowAnonymous && !IPAddress.IsLoopback(IPEndPoint.Parse(listen).Address))
            yield return $"{HttpOptions.SectionName}:Listen is {listen}, which other machines can reach, and {SectionName}:Keys is empty; add keys, or set {SectionName}:AllowAnonymous to true to let everybody in.";
    }
}

/// <summary>A key and whose it is.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>SHA-256 of the key in hex: the key itself is not written down.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Whose share of the cluster its generations take, and who may see them.</summary>
    public string Tenant { get; set; } = "";
}
