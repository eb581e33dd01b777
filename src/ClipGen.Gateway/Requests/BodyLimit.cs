using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClipGen.Gateway.Requests;

internal static class BodyLimit
{
    /// <summary>Lets this request have a larger body than others, before any of it is read.</summary>
    public static void Raise(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Math.Max(maxBytes, limit.MaxRequestBodySize ?? maxBytes);
    }
}
