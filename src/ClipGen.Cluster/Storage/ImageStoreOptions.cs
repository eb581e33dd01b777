using System.ComponentModel.DataAnnotations;

namespace ClipGen.Cluster.Storage;

/// <summary>Which store the images go to, and how a blob store is reached. All gateways and clients of a cluster say the same here.</summary>
public sealed class ImageStoreOptions
{
    public const string SectionName = "ClipGen:Images";

    public const string Files = "files", Blob = "blob";

    /// <summary>
    /// <c>files</c> (in the folder that <see cref="FileImageStoreOptions"/> names) or <c>blob</c> (Azure Blob Storage). Default: empty, which
    /// means <c>blob</c> where <see cref="ConnectionString"/> or <see cref="AccountUrl"/> is set, and <c>files</c> elsewhere.
    /// </summary>
    public string Store { get; set; } = "";

    /// <summary>
    /// The account's connection string, with its key or a SAS. A secret: best given as the environment's
    /// <c>CLIPGEN__Images__ConnectionString</c>, it is in no log and no message. Default: none, see <see cref="AccountUrl"/>.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The account's blob endpoint, as <c>https://account.blob.core.windows.net</c>, which the process shows its own identity
    /// (<c>DefaultAzureCredential</c>: managed identity, workload identity, the environment's <c>AZURE_…</c>, or whoever is signed in). Default: none.
    /// </summary>
    public string AccountUrl { get; set; } = "";

    /// <summary>The container that the blobs go to, made if it is missing. Default: <c>clipgen</c>.</summary>
    public string Container { get; set; } = "clipgen";

    /// <summary>
    /// Whether blobs are tagged, so that they can be found by generation, tenant, seed, model digest. An identity needs the role Storage Blob
    /// Data Owner for it, and accounts with a hierarchical namespace have no tags; the same is in the blobs' metadata anyway. Default: true.
    /// </summary>
    public bool IndexTags { get; set; } = true;

    /// <summary>
    /// Whether OpenAI's <c>response_format: url</c> is answered with addresses of the blobs themselves, each with a signature that lets
    /// whoever has it read that blob for <see cref="LinkLifetime"/>. Default: false, images are served by the gateway.
    /// </summary>
    public bool DirectLinks { get; set; }

    /// <summary>Default: 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "6.00:00:00")] public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the account may take to answer before it is asked again. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")] public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes of images that a gateway may hold until they are stored, each taken to be as large as its pixels. While the store is away or
    /// slower than the devices, further generations wait with their codes before they are decoded, and new ones before they are drawn: those
    /// count as waiting, so that beyond the queue's limit requests are refused as overloaded. Default: 128 MiB.
    /// </summary>
    [Range(1, long.MaxValue)] public long MaxUnstoredBytes { get; set; } = 128 << 20;

    internal bool IsBlob => Store == "" ? ConnectionString != "" || AccountUrl != "" : Store.Equals(Blob, StringComparison.OrdinalIgnoreCase);
}
