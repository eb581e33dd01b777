using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// Blobs in one container of an Azure storage account. A blob is created or, if it is there, compared; it never replaces another. It
/// carries its SHA-256, and as metadata and tags what is known of it (<see cref="BlobMarks"/>).
/// </summary>
/// <param name="credential">Shown where the options have no connection string. Default: <c>DefaultAzureCredential</c>.</param>
/// <param name="transport">What requests go through. Default: the library's own.</param>
public sealed partial class BlobImageStore(
    IOptions<ImageStoreOptions> options, TimeProvider time, ILogger<BlobImageStore> logger, TokenCredential? credential = null, HttpPipelineTransport? transport = null) : IImageStore
{
    /// <summary>What is read is held in memory as a whole; no image is near this size.</summary>
    private const int LargestRead = 64 << 20;

    private readonly ImageStoreOptions _options = options.Value;
    private readonly Lazy<(BlobContainerClient Container, BlobLinks Links)> _account = new(() =>
    {
        var account = BlobAccount.Connect(options.Value, credential, transport);
        return (account.GetBlobContainerClient(options.Value.Container), new(account, options.Value, time));
    });

    private readonly RecentAnswer _answer = new(time);
    private readonly Lock _asking = new();
    private Task _asked = Task.CompletedTask;

    private BlobContainerClient Container => _account.Value.Container;

    public string LocationOf(string name)
    {
        ImageName.Check(name);
        return Place(Container.GetBlobClient(name).Uri);
    }

    public async Task EnsureWritableAsync(CancellationToken cancellationToken)
    {
        if (_answer.Holds) return;
        Task answer;
        // All that ask at once ask together: while the account is away, thousands may wait for it.
        lock (_asking)
        {
            if (_asked.IsCompleted) _asked = Task.Run(() => DoAsync("write to", Place(Container.Uri), CreateContainerAsync, CancellationToken.None), CancellationToken.None);
            answer = _asked;
        }
        await answer.WaitAsync(cancellationToken);
    }

    public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken)
    {
        string location = LocationOf(name);
        using var span = BlobTrace.StartWrite(Container.Uri, content.Length, properties);
        try
        {
            await DoAsync("write", location, WriteAsync, cancellationToken);
        }
        catch (Exception e)
        {
            span.FailAsAnswered(e);
            throw;
        }
        return location;

        async Task WriteAsync(CancellationToken cancellationToken)
        {
            var hashes = Hashes.Of(content.Span);
            try
            {
                await CreateOrCompareAsync(name, content, hashes, properties, cancellationToken);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                await CreateContainerAsync(cancellationToken);
                await CreateOrCompareAsync(name, content, hashes, properties, cancellationToken);
            }
        }
    }

    public async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        string location = LocationOf(name);
        byte[]? content = null;
        await DoAsync("read", location, ReadAsync, cancellationToken);
        return content;

        async Task ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                using var download = (await Container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
                long length = download.Details.ContentLength;
                if (length > LargestRead) throw new ImageStoreException($"'{location}' has {length} bytes, more than any image has; it was not written by this program.");
                byte[] whole = new byte[length];
                await download.Content.ReadExactlyAsync(whole, cancellationToken);
                content = whole;
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                // Nothing is there.
            }
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => DoAsync(
        "delete", LocationOf(name), cancellationToken => Container.GetBlobClient(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken), cancellationToken);

    public async Task<Uri?> LinkAsync(string name, CancellationToken cancellationToken)
    {
        if (!_options.DirectLinks) return null;
        string location = LocationOf(name);
        Uri? link = null;
        try
        {
            await DoAsync("sign a link to", location, async cancellationToken => link = await _account.Value.Links.CreateAsync(Container.GetBlobClient(name), cancellationToken), cancellationToken);
        }
        catch (ImageStoreException e)
        {
            LogNoLink(e, location);   // the image is there all the same, and the gateway serves it
        }
        return link;
    }

    private async Task CreateOrCompareAsync(string name, ReadOnlyMemory<byte> content, Hashes hashes, ImageProperties? properties, CancellationToken cancellationToken)
    {
        var blob = Container.GetBlobClient(name);
        try
        {
            await blob.UploadAsync(
                BinaryData.FromBytes(content),
                new BlobUploadOptions
                {
                    Conditions = new() { IfNoneMatch = ETag.All },
                    HttpHeaders = new() { ContentType = BlobMarks.ContentType(name), ContentHash = hashes.Md5 },
                    Metadata = BlobMarks.Metadata(hashes.Sha256, properties),
                    Tags = _options.IndexTags ? BlobMarks.Tags(properties) : null,
                    TransferValidation = new() { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
                },
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // An equal request's generation was faster, or this one before a crash, or an earlier try of this call whose answer was lost.
            await CompareAsync(blob, content.Length, hashes, cancellationToken);
        }
    }

    private static async Task CompareAsync(BlobClient blob, int length, Hashes hashes, CancellationToken cancellationToken)
    {
        var there = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
        if (there.ContentLength == length && there.ContentHash is { } md5 && md5.AsSpan().SequenceEqual(hashes.Md5)) return;
        using var download = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
        string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(download.Content, cancellationToken));
        if (sha256 == hashes.Sha256) return;
        throw new ImageStoreException(
            $"'{Place(blob.Uri)}' exists with other content (SHA-256 {sha256} is there, {hashes.Sha256} was to be written) and was left as it is; move it away or choose another container.");
    }

    private async Task CreateContainerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 403)
        {
            // One whose SAS or role is good for this container alone may not make it, and need not: it is there, or the account says that it is not.
            if (!await Container.ExistsAsync(cancellationToken)) throw;
        }
    }

    private async Task DoAsync(string verb, string location, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
            _answer.Came();
        }
        catch (Exception e) when (BlobErrors.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            _answer.Failed();
            throw BlobErrors.Explain(verb, e, location);
        }
    }

    /// <summary>Without the query, in which a SAS would be.</summary>
    private static string Place(Uri uri) => uri.GetLeftPart(UriPartial.Path);

    [LoggerMessage(LogLevel.Warning, "No link to {Location} could be signed; the gateway's own address is given instead")]
    private partial void LogNoLink(Exception exception, string location);

    private sealed record Hashes(string Sha256, byte[] Md5)
    {
        [SuppressMessage("Security", "CA5351", Justification = "It is the checksum that the service keeps and compares; the hash that counts is the other one.")]
        public static Hashes Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)), MD5.HashData(content));
    }
}
