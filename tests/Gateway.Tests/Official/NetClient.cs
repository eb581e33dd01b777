using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Images;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>OpenAI's own .NET client.</summary>
internal static class NetClient
{
    /// <param name="maxRetries">Null: as it is by default.</param>
    /// <param name="eachTry">Runs around every single try.</param>
    public static ImageClient Create(Sut sut, int? maxRetries = null, PipelinePolicy? eachTry = null, string key = "any")
    {
        var options = new OpenAIClientOptions { Endpoint = new(sut.Root, "v1") };
        if (maxRetries is { } retries) options.RetryPolicy = new ClientRetryPolicy(retries);
        if (eachTry is not null) options.AddPolicy(eachTry, PipelinePosition.PerTry);
        return new("fake", new ApiKeyCredential(key), options);
    }
}
