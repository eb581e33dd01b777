using System.Text;
using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ClipGen.Gateway.Auth;

/// <summary>The API's keys for a page that a browser opens by itself: it asks for a password, which is the key; the name does not matter.</summary>
internal static class DashboardKeyCheck
{
    private const string Basic = "Basic ", Bearer = "Bearer ";

    /// <exception cref="ApiException">Keys are configured, and none of them was sent.</exception>
    public static void Check(HttpContext context, ApiKeys keys)
    {
        if (!keys.Required) return;
        string header = context.Request.Headers.Authorization.ToString();
        string? key = header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim()
            : header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) ? Password(header[Basic.Length..].Trim())
            : null;
        if (key is not null && keys.TenantOf(key) is not null) return;
        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"ClipGen\", charset=\"UTF-8\"";
        throw new ApiException(StatusCodes.Status401Unauthorized, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidApiKey,
            header.Length == 0 ? "No API key was sent; send it as the password, under any name." : "This API key is not known here.");
    }

    private static string? Password(string credentials)
    {
        byte[] bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out int length)) return null;
        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
