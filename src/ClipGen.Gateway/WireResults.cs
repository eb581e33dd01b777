using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway;

/// <summary>Answers in the wire's JSON.</summary>
internal static class WireResults
{
    /// <summary>Base64 and prompts as they are: the default encoder would spell every <c>+</c> in six characters, for the sake of HTML.</summary>
    public static WireJson Json { get; } = new(new JsonSerializerOptions(WireJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static IResult Ok<T>(T value, JsonTypeInfo<T> type) => Results.Json(value, type, "application/json");
}
