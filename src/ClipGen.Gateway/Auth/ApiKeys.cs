using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Gateway.Auth;

/// <summary>The keys that are let in, by their hashes.</summary>
internal sealed class ApiKeys(AuthOptions options)
{
    private readonly (byte[] Hash, string Tenant)[] _keys = [.. options.Keys.Select(k => (Convert.FromHexString(k.Sha256), k.Tenant))];

    /// <summary>Whether a key is asked for at all.</summary>
    public bool Required => _keys.Length > 0;

    /// <returns>The key's tenant; null for a key that is not let in.</returns>
    public string? TenantOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        string? tenant = null;
        foreach (var (known, owner) in _keys)
        {
            // All of them, whichever it is: how long it takes must not tell.
            if (CryptographicOperations.FixedTimeEquals(known, hash)) tenant = owner;
        }
        return tenant;
    }
}
