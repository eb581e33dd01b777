using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Storage;

/// <summary>Against a real Azurite.</summary>
public sealed class BlobImageStoreTests(AzuriteServer azurite) : IClassFixture<AzuriteServer>
{
    private const string Hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", OtherHash = "2b4c342f5433ebe591a1da77e013d1b72475562d48578dca8b84bac6651c3cb9";

    private readonly byte[] _bytes = [1, 2, 3];
    private readonly string _container = $"t{Guid.NewGuid():N}";

    private readonly ImageProperties _properties = new()
    {
        GenerationId = "0123456789abcdef0123456789abcdef",
        Tenant = "käufer & co",
        Model = "shapes",
        ModelDigest = new string('d', 64),
        Seed = ulong.MaxValue,
        Candidate = 3,
        ClipScore = 0.28125,
    };

    private BlobContainerClient Container => Account.GetBlobContainerClient(_container);

    private BlobServiceClient Account => new(azurite.ConnectionString, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));

    private BlobImageStore CreateSut(Action<ImageStoreOptions>? with = null, TroubledTransport? transport = null, TimeProvider? time = null)
    {
        var options = new ImageStoreOptions { Store = "blob", ConnectionString = azurite.ConnectionString, Container = _container };
        with?.Invoke(options);
        return new(Options.Create(options), time ?? TimeProvider.System, NullLogger<BlobImageStore>.Instance, transport: transport?.ToPipeline());
    }

    [Fact]
    public async Task Writes_and_reads_back_in_a_container_it_makes()
    {
        var sut = CreateSut();
        Assert.Null(await sut.ReadAsync("cat-00.png", Sut.Token));

        string location = await sut.WriteAsync("cat-00.png", _bytes, Sut.Token);

        Assert.Equal(Container.GetBlobClient("cat-00.png").Uri.AbsoluteUri, location);
        Assert.Equal(location, sut.LocationOf("cat-00.png"));
        Assert.Equal(_bytes, await sut.ReadAsync("cat-00.png", Sut.Token));
        Assert.Null(await sut.ReadAsync("dog-00.png", Sut.Token));
    }

    [Fact]
    public async Task A_blob_carries_its_type_its_checksums_and_what_is_known_of_it()
    {
        await CreateSut().WriteAsync("cat-00.png", _bytes, _properties, Sut.Token);

        var blob = Container.GetBlobClient("cat-00.png");
        var told = (await blob.GetPropertiesAsync(cancellationToken: Sut.Token)).Value;
        Assert.Equal(("image/png", "5289df737df57326fcdd22597afb1fac"), (told.ContentType, Convert.ToHexStringLower(told.ContentHash)));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["sha256"] = Hash,
                ["generation_id"] = _properties.GenerationId,
                ["tenant"] = "k%C3%A4ufer%20%26%20co",
                ["model"] = "shapes",
                ["model_digest"] = _properties.ModelDigest,
                ["seed"] = "18446744073709551615",
                ["candidate"] = "3",
                ["clip_score"] = "0.281250",
            },
            told.Metadata);
        var tags = (await blob.GetTagsAsync(cancellationToken: Sut.Token)).Value.Tags;
        Assert.Equal(["candidate", "clip_score", "generation_id", "model_digest", "seed", "tenant"], tags.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("k_ufer _ co", tags["tenant"]);
        var found = new List<string>();
        await foreach (var item in Container.FindBlobsByTagsAsync("\"seed\" = '18446744073709551615' AND \"candidate\" = '3'", Sut.Token)) found.Add(item.BlobName);
        Assert.Equal(["cat-00.png"], found);
    }

    [Theory]
    [InlineData("a.jpg", "image/jpeg")]
    [InlineData("a.webp", "image/webp")]
    [InlineData("a.json", "application/json")]
    [InlineData("a", "application/octet-stream")]
    public async Task The_type_follows_from_the_name(string name, string type)
    {
        await CreateSut(o => o.IndexTags = false).WriteAsync(name, _bytes, _properties, Sut.Token);
        var told = (await Container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: Sut.Token)).Value;
        Assert.Equal((type, 0), (told.ContentType, told.TagCount));
    }

    [Fact]
    public async Task The_same_bytes_again_are_fine_and_of_other_bytes_both_hashes_are_named()
    {
        var sut = CreateSut();
        string location = await sut.WriteAsync("a.png", _bytes, Sut.Token);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);

        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", new byte[] { 9 }, Sut.Token));

        Assert.Equal(
            $"'{location}' exists with other content (SHA-256 {Hash} is there, {OtherHash} was to be written) and was left as it is; move it away or choose another container.",
            error.Message);
        Assert.False(error.IsTransient);
        Assert.Equal(_bytes, await sut.ReadAsync("a.png", Sut.Token));
    }

    [Fact]
    public async Task A_blob_without_a_checksum_is_compared_by_its_content()
    {
        await Container.CreateIfNotExistsAsync(cancellationToken: Sut.Token);
        var blob = Container.GetBlockBlobClient("a.png");
        string block = Convert.ToBase64String(Encoding.ASCII.GetBytes("0001"));
        await blob.StageBlockAsync(block, new MemoryStream(_bytes), cancellationToken: Sut.Token);
        await blob.CommitBlockListAsync([block], cancellationToken: Sut.Token);
        Assert.Null((await blob.GetPropertiesAsync(cancellationToken: Sut.Token)).Value.ContentHash);
        var sut = CreateSut();

        await sut.WriteAsync("a.png", _bytes, Sut.Token);

        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", new byte[] { 9 }, Sut.Token));
        Assert.Contains(Hash, error.Message);
    }

    [Fact]
    public async Task Many_writers_of_one_name_agree()
    {
        byte[] big = new byte[100_000];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => CreateSut().WriteAsync("a.png", big, Sut.Token), Sut.Token)));
        Assert.Equal(big, await CreateSut().ReadAsync("a.png", Sut.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../a.png")]
    [InlineData("a\n.png")]
    public async Task A_name_that_is_no_plain_name_is_refused(string name) =>
        Assert.False((await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut().WriteAsync(name, _bytes, Sut.Token))).IsTransient);

    [Fact]
    public async Task A_container_that_was_deleted_is_made_again()
    {
        var sut = CreateSut();
        await sut.EnsureWritableAsync(Sut.Token);
        await Container.DeleteAsync(cancellationToken: Sut.Token);

        await sut.WriteAsync("a.png", _bytes, Sut.Token);

        Assert.Equal(_bytes, await sut.ReadAsync("a.png", Sut.Token));
    }

    [Fact]
    public async Task Seeing_whether_it_can_write_leaves_no_blob_and_asks_once()
    {
        var transport = new TroubledTransport((_, _) => null);
        var sut = CreateSut(transport: transport, time: new StandingTime());
        for (int i = 0; i < 10; i++) await sut.EnsureWritableAsync(Sut.Token);

        Assert.Single(transport.Requests);
        await foreach (var blob in Container.GetBlobsAsync(cancellationToken: Sut.Token)) Assert.Fail(blob.Name);
    }

    [Fact]
    public async Task Many_that_ask_at_once_whether_it_can_write_ask_together()
    {
        var transport = new TroubledTransport((_, _) => TroubledTransport.Answer(503, "ServerBusy"));
        var sut = CreateSut(transport: transport);
        using var stop = new CancellationTokenSource();
        var gone = sut.EnsureWritableAsync(stop.Token);
        var asking = Enumerable.Range(0, 100).Select(_ => sut.EnsureWritableAsync(Sut.Token)).ToList();

        await stop.CancelAsync();   // who began to ask turns away; the others get their answer

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        foreach (var one in asking) Assert.True((await Assert.ThrowsAsync<ImageStoreException>(() => one)).IsTransient);
        Assert.Equal(3, transport.Requests.Count);   // the library's two more tries
        await Assert.ThrowsAsync<ImageStoreException>(() => sut.EnsureWritableAsync(Sut.Token));
        Assert.Equal(6, transport.Requests.Count);
    }

    [Fact]
    public async Task A_write_is_a_span_that_says_how_it_ended_and_no_name()
    {
        using var tests = new ActivitySource("ClipGen.Tests.Blobs");
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == tests || source.Name == ClusterInstruments.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var caller = tests.StartActivity("caller")!;

        await CreateSut().WriteAsync("secret-marmot-03.png", _bytes, _properties, Sut.Token);
        var busy = CreateSut(transport: new TroubledTransport((_, _) => TroubledTransport.Answer(503, "ServerBusy")));
        await Assert.ThrowsAsync<ImageStoreException>(() => busy.WriteAsync("secret-marmot.json", _bytes, Sut.Token));

        Activity[] writes = [.. spans.Where(span => span.ParentSpanId == caller.SpanId)];
        Assert.All(writes, span => Assert.Equal(("clipgen.blob.write", ActivityKind.Client, Container.Uri.Port), (span.OperationName, span.Kind, (int)span.GetTagItem("server.port")!)));
        Assert.Equal([(ActivityStatusCode.Unset, null), (ActivityStatusCode.Error, "ServerBusy")], writes.Select(span => (span.Status, (string?)span.GetTagItem("error.type"))));
        Assert.Equal(
            ["clipgen.blob.size=3", "clipgen.candidate.index=3", $"clipgen.generation.id={_properties.GenerationId}", "server.address=127.0.0.1"],
            writes[0].TagObjects.Where(tag => tag.Key != "server.port").Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(writes, span => span.TagObjects.Any(tag => $"{tag.Value}".Contains("marmot", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_deleting_nothing_is_fine()
    {
        var sut = CreateSut();
        await sut.DeleteAsync("a.png", Sut.Token);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);
        await sut.DeleteAsync("a.png", Sut.Token);
        await sut.DeleteAsync("a.png", Sut.Token);
        Assert.Null(await sut.ReadAsync("a.png", Sut.Token));
    }

    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    public async Task An_account_that_is_busy_for_a_moment_is_asked_again(int status, string code)
    {
        await Container.CreateIfNotExistsAsync(cancellationToken: Sut.Token);
        var transport = new TroubledTransport((_, number) => number <= 2 ? TroubledTransport.Answer(status, code) : null);

        await CreateSut(transport: transport).WriteAsync("a.png", _bytes, Sut.Token);

        Assert.Equal(3, transport.Requests.Count);
        Assert.Equal(_bytes, await CreateSut().ReadAsync("a.png", Sut.Token));
    }

    [Theory]
    [InlineData(503, "ServerBusy", true, "the storage account is busy (HTTP 503 ServerBusy)")]
    [InlineData(429, "", true, "the storage account is busy (HTTP 429)")]
    [InlineData(500, "OperationTimedOut", true, "the storage account fails (HTTP 500 OperationTimedOut)")]
    [InlineData(409, "ContainerBeingDeleted", true, "its container is being deleted")]
    [InlineData(403, "AuthorizationPermissionMismatch", false, "give it the role Storage Blob Data Owner")]
    [InlineData(403, "AuthorizationFailure", false, "see its network rules, and that the key or SAS")]
    [InlineData(400, "BlobTagsNotSupportedForAccountType", false, "set ClipGen:Images:IndexTags to false")]
    [InlineData(400, "InvalidHeaderValue", false, "the storage account refuses it (HTTP 400 InvalidHeaderValue)")]
    [InlineData(412, "LeaseIdMissing", false, "it is locked")]
    public async Task An_answer_is_explained_and_passes_by_itself_or_does_not(int status, string code, bool passes, string says)
    {
        var sut = CreateSut(transport: new TroubledTransport((_, _) => TroubledTransport.Answer(status, code)));

        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", _bytes, Sut.Token));

        Assert.StartsWith($"Cannot write '{sut.LocationOf("a.png")}': ", error.Message);
        Assert.Contains(says, error.Message);
        Assert.Equal(passes, error.IsTransient);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_has_happened_once()
    {
        await Container.CreateIfNotExistsAsync(cancellationToken: Sut.Token);
        int lost = 0;
        var transport = new TroubledTransport((_, _) => null)
        {
            OnWayBack = (request, answer) => request.Method == HttpMethod.Put && lost++ == 0 ? throw new HttpRequestException("The connection was lost.") : answer,
        };

        await CreateSut(transport: transport).WriteAsync("a.png", _bytes, Sut.Token);

        Assert.Equal([HttpMethod.Put, HttpMethod.Put, HttpMethod.Head], transport.Requests.Select(r => r.Method));
        Assert.Equal(_bytes, await CreateSut().ReadAsync("a.png", Sut.Token));
    }

    [Fact]
    public async Task An_account_that_does_not_answer_in_time_may_do_so_later()
    {
        await Container.CreateIfNotExistsAsync(cancellationToken: Sut.Token);
        var transport = new TroubledTransport((_, _) => throw new TaskCanceledException("too slow"));
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(transport: transport).WriteAsync("a.png", _bytes, Sut.Token));
        Assert.Contains("does not answer in time", error.Message);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_not_told()
    {
        string key = Convert.ToBase64String(new byte[64]);
        var sut = CreateSut(o => o.ConnectionString = azurite.ConnectionStringOf(key));
        foreach (var attempt in new Func<Task>[] { () => sut.EnsureWritableAsync(Sut.Token), () => sut.WriteAsync("a.png", _bytes, Sut.Token), () => sut.ReadAsync("a.png", Sut.Token), () => sut.DeleteAsync("a.png", Sut.Token) })
        {
            var error = await Assert.ThrowsAsync<ImageStoreException>(attempt);
            Assert.Contains("the key or SAS in ClipGen:Images:ConnectionString is the account's", error.Message);
            Assert.DoesNotContain(key, error.ToString());
            Assert.False(error.IsTransient);
        }
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CreateSut().WriteAsync("a.png", _bytes, new CancellationToken(canceled: true)));
        Assert.False(await Container.ExistsAsync(Sut.Token));
    }

    [Fact]
    public async Task A_link_reads_one_blob_and_nothing_else_while_it_lasts()
    {
        using var http = new HttpClient();
        var sut = CreateSut(o => o.DirectLinks = true);
        await sut.WriteAsync("a.png", _bytes, Sut.Token);
        await sut.WriteAsync("b.png", _bytes, Sut.Token);

        var link = (await sut.LinkAsync("a.png", Sut.Token))!;

        Assert.Equal(_bytes, await http.GetByteArrayAsync(link, Sut.Token));
        foreach (var (method, address) in new[]
        {
            (HttpMethod.Get, new Uri(link.AbsoluteUri.Replace("/a.png", "/b.png", StringComparison.Ordinal))),
            (HttpMethod.Delete, link),
            (HttpMethod.Get, new Uri(sut.LocationOf("a.png"))),
            (HttpMethod.Get, new Uri(link.AbsoluteUri.Replace("sig=", "sig=A", StringComparison.Ordinal))),
        })
        {
            using var refused = await http.SendAsync(new(method, address), Sut.Token);
            Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.NotFound });
        }
        Assert.Equal(_bytes, await sut.ReadAsync("a.png", Sut.Token));
    }

    [Fact]
    public async Task A_link_that_has_expired_is_refused()
    {
        using var http = new HttpClient();
        var sut = CreateSut(o => (o.DirectLinks, o.LinkLifetime) = (true, TimeSpan.FromMinutes(10)), time: new EarlierTime(TimeSpan.FromMinutes(15)));
        await sut.WriteAsync("a.png", _bytes, Sut.Token);

        using var answer = await http.GetAsync(await sut.LinkAsync("a.png", Sut.Token), Sut.Token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task No_link_is_handed_out_unless_configured() => Assert.Null(await CreateSut().LinkAsync("a.png", Sut.Token));

    [Fact]
    public async Task What_a_proxy_says_in_the_accounts_place_is_told_as_that()
    {
        var sut = CreateSut(transport: new TroubledTransport((_, _) => TroubledTransport.Answer(502, "", "<html><br></html>")));
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.WriteAsync("a.png", _bytes, Sut.Token));
        Assert.Contains("something else than a storage account answers", error.Message);
        Assert.True(error.IsTransient);
    }

    private sealed class StandingTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    private sealed class EarlierTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - by;
    }
}
