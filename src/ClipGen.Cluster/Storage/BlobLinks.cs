using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// Addresses of blobs with a signature that lets whoever has one read that blob for a while. Signed with the account's key where there is
/// one, else with a key that the account lends to the process's identity.
/// </summary>
internal sealed class BlobLinks(BlobServiceClient account, ImageStoreOptions options, TimeProvider time)
{
    /// <summary>What a lent key is good for beyond the links that are made with it: it is seldom asked for. At most seven days in all.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    private volatile UserDelegationKey? _lent;

    /// <returns>Null where there is nothing to sign with: the connection string has a SAS instead of a key.</returns>
    public async Task<Uri?> CreateAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        var expires = time.GetUtcNow() + options.LinkLifetime;
        var sas = new BlobSasBuilder(BlobSasPermissions.Read, expires)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            Protocol = blob.Uri.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        if (blob.CanGenerateSasUri) return blob.GenerateSasUri(sas);
        if (options.ConnectionString != "") return null;
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(await KeyAsync(expires, cancellationToken), account.AccountName) }.ToUri();
    }

    private async Task<UserDelegationKey> KeyAsync(DateTimeOffset goodUntil, CancellationToken cancellationToken)
    {
        if (_lent is { } lent && lent.SignedExpiresOn >= goodUntil) return lent;
        return _lent = (await account.GetUserDelegationKeyAsync(new BlobGetUserDelegationKeyOptions(goodUntil + Margin), cancellationToken)).Value;
    }
}
