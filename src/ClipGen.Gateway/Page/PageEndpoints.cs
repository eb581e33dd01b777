using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace ClipGen.Gateway.Page;

/// <summary>The playground: files that lie in the program itself, so that it needs no folder and no other host.</summary>
internal static class PageEndpoints
{
    private const string Prefix = "page/";
    private const string Start = "index.html";

    // No script but the page's own files runs, nothing is loaded from elsewhere, and no text becomes HTML; blob: and data: are pictures and previews.
    private const string ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var (name, file) in Files())
        {
            string path = name == Start ? "/" : $"/{Prefix}{name}";
            app.MapGet(path, (HttpContext context) => Answer(context, file)).ExcludeFromDescription();
        }
    }

    private static IResult Answer(HttpContext context, PageFile file)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";   // asked for again each time, answered with 304 until the program changes
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: file.Tag);
    }

    private static IEnumerable<(string Name, PageFile File)> Files()
    {
        var assembly = typeof(PageEndpoints).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return (resource[Prefix.Length..], new(bytes, ContentType(resource), new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"")));
        }
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        var other => throw new NotSupportedException($"The page has a file of kind '{other}'."),
    };

    private sealed record PageFile(byte[] Bytes, string ContentType, EntityTagHeaderValue Tag);
}
