using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace ClipGen.Cluster.Storage;

/// <summary>The storage account that the options name.</summary>
internal static class BlobAccount
{
    // All that is used here is older. Azure answers every version, an emulator none that is newer than itself.
    private const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2025_11_05;

    /// <param name="credential">Shown where the options have no connection string; null: <see cref="DefaultAzureCredential"/>.</param>
    /// <param name="transport">Null: the library's own.</param>
    public static BlobServiceClient Connect(ImageStoreOptions options, TokenCredential? credential, HttpPipelineTransport? transport)
    {
        var client = new BlobClientOptions(Version);
        // Few tries: whoever stores waits longer and with a count, and whoever reads does not want to wait long.
        client.Retry.MaxRetries = 2;
        client.Retry.Delay = TimeSpan.FromMilliseconds(200);
        client.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        client.Retry.NetworkTimeout = options.RequestTimeout;
        if (transport is not null) client.Transport = transport;
        return options.ConnectionString != ""
            ? new(options.ConnectionString, client)
            : new(new Uri(options.AccountUrl), credential ?? new DefaultAzureCredential(), client);
    }

    public static bool IsConnectionString(string text)
    {
        try
        {
            return new BlobServiceClient(text) is not null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
