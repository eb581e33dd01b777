using System.Globalization;
using System.Net;
using System.Web;
using Azure.Core;
using Azure.Identity;
using ClipGen.Cluster.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Storage;

/// <summary>An account that is shown the process's own identity, which no emulator takes without a certificate: a handler answers in its place.</summary>
public sealed class BlobIdentityTests
{
    private static readonly byte[] Bytes = [1, 2, 3];

    private readonly ImageStoreOptions _options = new() { Store = "blob", AccountUrl = "https://pictures.blob.core.windows.net", Container = "clipgen", DirectLinks = true };

    private BlobImageStore CreateSut(TroubledTransport transport, TokenCredential? credential = null) =>
        new(Options.Create(_options), TimeProvider.System, NullLogger<BlobImageStore>.Instance, credential ?? new Token(), transport.ToPipeline());

    [Fact]
    public async Task Links_are_signed_with_a_key_that_is_lent_to_the_identity_and_asked_for_once()
    {
        var transport = new TroubledTransport((request, _) => request.RequestUri!.Query.Contains("comp=userdelegationkey", StringComparison.Ordinal)
            ? TroubledTransport.Answer(200, "", Key(DateTimeOffset.UtcNow.AddDays(1)))
            : TroubledTransport.Answer(404, "ResourceNotFound"));
        var sut = CreateSut(transport);

        Uri[] links = [(await sut.LinkAsync("a.png", Sut.Token))!, (await sut.LinkAsync("b.png", Sut.Token))!];

        Assert.Equal("Bearer", Assert.Single(transport.Requests).Headers.Authorization!.Scheme);
        Assert.Equal(["/clipgen/a.png", "/clipgen/b.png"], links.Select(l => l.AbsolutePath));
        Assert.All(links, link =>
        {
            var query = HttpUtility.ParseQueryString(link.Query);
            Assert.Equal(("r", "b", "https", "11111111-1111-1111-1111-111111111111"), (query["sp"], query["sr"], query["spr"], query["skoid"]));
            Assert.NotEmpty(query["sig"]!);
            var ends = DateTimeOffset.Parse(query["se"]!, CultureInfo.InvariantCulture);
            Assert.InRange(ends - DateTimeOffset.UtcNow, _options.LinkLifetime - TimeSpan.FromMinutes(1), _options.LinkLifetime);
        });
    }

    [Fact]
    public async Task An_identity_that_may_not_sign_leaves_the_gateways_own_address() =>
        Assert.Null(await CreateSut(new((_, _) => TroubledTransport.Answer(403, "AuthorizationPermissionMismatch"))).LinkAsync("a.png", Sut.Token));

    [Fact]
    public async Task An_identity_for_one_container_need_not_make_it()
    {
        var transport = new TroubledTransport((request, _) => request.Method == HttpMethod.Put
            ? TroubledTransport.Answer(403, "AuthorizationPermissionMismatch")
            : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) });
        await CreateSut(transport).EnsureWritableAsync(Sut.Token);

        transport = new((request, _) => TroubledTransport.Answer(403, "AuthorizationPermissionMismatch"));
        Assert.False((await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(transport).EnsureWritableAsync(Sut.Token))).IsTransient);
    }

    [Fact]
    public async Task A_process_without_an_identity_is_told_how_to_get_one()
    {
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(new((_, _) => null), new Token(new CredentialUnavailableException("none"))).WriteAsync("a.png", Bytes, Sut.Token));
        Assert.Equal(
            "Cannot write 'https://pictures.blob.core.windows.net/clipgen/a.png': this process has no identity to show; give it one (managed or workload identity, or the environment's AZURE_…), or set ClipGen:Images:ConnectionString.",
            error.Message);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData(503, true)]
    [InlineData(400, false)]
    public async Task An_identity_service_that_fails_passes_by_itself_or_does_not(int status, bool passes)
    {
        var failure = new AuthenticationFailedException("The token could not be had.\nDetails follow.", new Azure.RequestFailedException(status, "failed"));
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => CreateSut(new((_, _) => null), new Token(failure)).WriteAsync("a.png", Bytes, Sut.Token));
        Assert.Contains("the process's identity was not confirmed: The token could not be had.", error.Message);
        Assert.Equal(passes, error.IsTransient);
    }

    [Fact]
    public async Task A_blob_that_is_no_image_by_its_size_is_not_read_into_memory()
    {
        var sut = CreateSut(new((_, _) =>
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
            answer.Content.Headers.ContentLength = 1L << 40;
            answer.Headers.ETag = new("\"0x1\"");
            return answer;
        }));
        var error = await Assert.ThrowsAsync<ImageStoreException>(() => sut.ReadAsync("a.png", Sut.Token));
        Assert.Contains("has 1099511627776 bytes, more than any image has", error.Message);
    }

    private static string Key(DateTimeOffset expires) => string.Create(CultureInfo.InvariantCulture, $"""
        <?xml version="1.0" encoding="utf-8"?>
        <UserDelegationKey>
          <SignedOid>11111111-1111-1111-1111-111111111111</SignedOid>
          <SignedTid>22222222-2222-2222-2222-222222222222</SignedTid>
          <SignedStart>{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}</SignedStart>
          <SignedExpiry>{expires:yyyy-MM-ddTHH:mm:ssZ}</SignedExpiry>
          <SignedService>b</SignedService>
          <SignedVersion>2025-11-05</SignedVersion>
          <Value>{Convert.ToBase64String(new byte[32])}</Value>
        </UserDelegationKey>
        """);

    private sealed class Token(Exception? failure = null) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            failure is null ? new("token", DateTimeOffset.UtcNow.AddHours(1)) : throw failure;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
