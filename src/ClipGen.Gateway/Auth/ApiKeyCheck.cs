using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ClipGen.Gateway.Auth;

/// <summary>Asks for a key, if keys are configured, and notes whose it is; a signed address needs none.</summary>
internal static class ApiKeyCheck
{
    private const string Scheme = "Bearer ";
    private static readonly object TenantItem = new(), SignedItem = new();

    public static Task InvokeAsync(HttpContext context, ApiKeys keys, SignedUrls urls, RequestDelegate next)
    {
        if (keys.Required)
        {
            if (context.Request.Headers.Authorization.Count == 0 && urls.Opens(context.Request)) context.Items[SignedItem] = SignedItem;
            else context.Items[TenantItem] = TenantOf(context, keys);
        }
        return next(context);
    }

    /// <summary>Whose request it is.</summary>
    public static string Tenant(this HttpContext context) => context.Items[TenantItem] as string ?? Submission.DefaultTenant;

    /// <summary>Whether the request may see what is this tenant's: as the tenant, or by an address that was signed for it.</summary>
    public static bool MaySee(this HttpContext context, string tenant) => context.Items.ContainsKey(SignedItem) || tenant == context.Tenant();

    private static string TenantOf(HttpContext context, ApiKeys keys)
    {
        string header = context.Request.Headers.Authorization.ToString();
        string? tenant = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? keys.TenantOf(header[Scheme.Length..].Trim()) : null;
        if (tenant is not null) return tenant;
        context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
        throw new ApiException(StatusCodes.Status401Unauthorized, WireNames.ErrorTypes.InvalidRequest, WireNames.ErrorCodes.InvalidApiKey,
            header.Length == 0 ? "No API key was sent; send it as 'Authorization: Bearer KEY'." : "This API key is not known here.");
    }
}
