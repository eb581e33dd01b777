using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Auth;

/// <summary>
/// Addresses that open one file without a key for a while: for browsers, and for all who fetch an image's <c>url</c> as they would OpenAI's.
/// Any gateway with the same keys, or the same <see cref="AuthOptions.UrlSecret"/>, takes what another one has signed.
/// </summary>
internal sealed class SignedUrls(AuthOptions options, TimeProvider time)
{
    private const string Expires = "expires", Signature = "signature";

    /// <summary>Expiry is rounded up to this, so that an address told twice is mostly the same one and a browser knows it again.</summary>
    private const long Grain = 60;

    private readonly byte[]? _secret = options.Keys.Count == 0 ? null : Secret(options);

    /// <summary>Adds expiry and signature to a path; where no keys are asked for, it needs none.</summary>
    /// <param name="path">Escaped, without the path base.</param>
    public string Sign(string path)
    {
        if (_secret is null) return path;
        long end = (time.GetUtcNow() + options.UrlLifetime).ToUnixTimeSeconds();
        end += (Grain - end % Grain) % Grain;
        return string.Create(CultureInfo.InvariantCulture, $"{path}?{Expires}={end}&{Signature}={Base64Url.EncodeToString(Of(Uri.UnescapeDataString(path), end))}");
    }

    /// <summary>Whether the request brings a signature instead of a key, and a good one.</summary>
    /// <exception cref="ApiException">It brings one that is not, or no longer.</exception>
    public bool Opens(HttpRequest request)
    {
        if (_secret is null || !HttpMethods.IsGet(request.Method) || !request.Query.TryGetValue(Signature, out var signature)) return false;
        bool whole = long.TryParse(request.Query[Expires].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long end);
        if (!whole || !Equal(signature.ToString(), Of(request.Path.Value ?? "", end))) throw Refused(WireNames.ErrorCodes.InvalidSignature, "This address is not one that was signed here; take it as it was answered.");
        if (time.GetUtcNow().ToUnixTimeSeconds() >= end) throw Refused(WireNames.ErrorCodes.UrlExpired, "This address has expired; look the generation up again for a new one.");
        return true;
    }

    private byte[] Of(string path, long end) => HMACSHA256.HashData(_secret!, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{end}\n{path}")));

    private static bool Equal(string text, byte[] signature)
    {
        Span<byte> sent = stackalloc byte[HMACSHA256.HashSizeInBytes];
        bool read = text.Length == Base64Url.GetEncodedLength(sent.Length) && Base64Url.TryDecodeFromChars(text, sent, out int count) && count == sent.Length;
        return read && CryptographicOperations.FixedTimeEquals(sent, signature);
    }

    // In an order of their own: the configuration's may differ between gateways.
    private static byte[] Secret(AuthOptions options)
    {
        string from = options.UrlSecret ?? string.Join('\n', options.Keys.Select(k => k.Sha256.ToLowerInvariant()).Order(StringComparer.Ordinal));
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(from), HMACSHA256.HashSizeInBytes, info: "clipgen signed urls"u8.ToArray());
    }

    private static ApiException Refused(string code, string message) => new(StatusCodes.Status401Unauthorized, WireNames.ErrorTypes.InvalidRequest, code, message, Signature);
}
