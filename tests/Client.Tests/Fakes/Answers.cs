using System.Globalization;
using System.Text.Json;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>Answers on the wire, as a gateway would write them.</summary>
internal static class Answers
{
    public const string Id = "g1";

    public static GenerationResource Resource(string state = WireNames.States.Queued, Func<GenerationResource, GenerationResource>? with = null)
    {
        var resource = new GenerationResource
        {
            Id = Id,
            State = state,
            CreatedAt = 1_700_000_000,
            Model = "fake",
            ModelDigest = new string('d', 64),
            Prompt = "a red circle",
            Seed = 7,
            N = 1,
            Candidates = 2,
            TopK = 500,
            TopP = 0.95,
            Temperature = 1,
            OutputFormat = "png",
            EmbedMetadata = true,
            ReferenceQuirks = false,
            Digest = new string('e', 64),
            CodesDrawn = 0,
            CodesTotal = 128,
        };
        return with is null ? resource : with(resource);
    }

    public static GenerationStreamEvent Event(int number, string type, string state = WireNames.States.Running, long drawn = 0) => new()
    {
        Id = Id,
        Number = number,
        Type = type,
        State = state,
        CodesDrawn = drawn,
        CodesTotal = 128,
        Generation = state == WireNames.States.Completed ? Resource(state, r => r with { CodesDrawn = 128, Images = [] }) : null,
    };

    public static async Task Json<T>(HttpContext context, T value, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, typeof(T), WireJson.Default));
    }

    public static RequestDelegate Generation(string state = WireNames.States.Queued) => context => Json(context, Resource(state));

    public static RequestDelegate Error(int status, string type, string? code = null, string? param = null, string message = "no", params (string Name, string Value)[] headers) => context =>
    {
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        return Json(context, new ErrorEnvelope { Error = new() { Message = message, Type = type, Code = code, Param = param } }, status);
    };

    /// <summary>An event stream that ends in good order after these events.</summary>
    public static RequestDelegate Events(params GenerationStreamEvent[] events) => async context =>
    {
        foreach (var e in events) await WriteAsync(context, e);
    };

    public static async Task WriteAsync(HttpContext context, GenerationStreamEvent e)
    {
        string json = JsonSerializer.Serialize(e, WireJson.Default.GenerationStreamEvent);
        await WriteAsync(context, string.Create(CultureInfo.InvariantCulture, $"id: {e.Number}\nevent: {e.Type}\ndata: {json}\n\n"));
    }

    public static async Task WriteAsync(HttpContext context, string text)
    {
        if (!context.Response.HasStarted) context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }
}
