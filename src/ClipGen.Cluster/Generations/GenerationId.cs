using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// A generation's key. Where submissions are to be one generation, the key is derived from what makes them one, so that the grain
/// itself is the place where they meet and no table of keys has to be kept.
/// </summary>
internal static class GenerationId
{
    public static string Of(Submission submission, TimeProvider time) =>
        submission is { IdempotencyKey: { } again, Replay: { } replay } ? Derive("r", submission.Tenant, $"{replay.GenerationId} {again}")
        : submission.IdempotencyKey is { } key ? Derive("k", submission.Tenant, key)
        : submission.Shared ? Derive("s", submission.Tenant, $"{submission.Request.Digest} {submission.Request.ImageNamePrefix}")
        : Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    /// <summary>Whether a text has the form of one.</summary>
    public static bool IsOne(string text) => text.Length == 32 && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>FNV-1a: unlike <c>string.GetHashCode</c>, the same in every process.</summary>
    public static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text) hash = (hash ^ c) * 16777619;
        return hash;
    }

    private static string Derive(string kind, string tenant, string text)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant.Length}:{tenant}{text}"));
        return kind + Convert.ToHexStringLower(hash)[..31];
    }
}
