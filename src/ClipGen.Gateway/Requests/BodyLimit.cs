using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClipGen.Gateway.Requests;

internal static class BodyLimit
{
    /// <summary>
    /// Bodies up to so many times the limit are received and thrown away: the server hangs up on larger ones in the middle of what is sent,
    /// and whoever still sends sees a broken connection instead of the answer.
    /// </summary>
    private const int Courtesy = 4;

    /// <summary>Lets this request have a larger body than others, before any of it is read.</summary>
    /// <exception cref="BadHttpRequestException">It says itself that it is too large.</exception>
    public static void Raise(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit) return;
        maxBytes = Math.Max(maxBytes, limit.MaxRequestBodySize ?? maxBytes);
        bool tooLarge = context.Request.ContentLength > maxBytes;
        limit.MaxRequestBodySize = tooLarge ? maxBytes * Courtesy : maxBytes;
        if (tooLarge) throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
