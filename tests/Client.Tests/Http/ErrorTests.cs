using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Http;

/// <summary>Errors on the wire, as exceptions.</summary>
public sealed class ErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<ClipGenException> ErrorOf(RequestDelegate answer)
    {
        await using var server = await WireServer.StartAsync(answer);
        await using var sut = Clients.Http(server.Address, o => o.MaxRetries = 0);
        return await Assert.ThrowsAnyAsync<ClipGenException>(() => sut.GetRequiredService<IClipGenClient>().GetAsync(Answers.Id, Token));
    }

    [Theory]
    [InlineData(400, "invalid_value", typeof(ClipGenInvalidRequestException))]
    [InlineData(401, "invalid_api_key", typeof(ClipGenAuthenticationException))]
    [InlineData(404, "generation_not_found", typeof(ClipGenNotFoundException))]
    [InlineData(409, "idempotency_key_in_use", typeof(ClipGenConflictException))]
    [InlineData(413, "request_too_large", typeof(ClipGenInvalidRequestException))]
    [InlineData(422, "idempotency_mismatch", typeof(ClipGenConflictException))]
    [InlineData(422, "invalid_value", typeof(ClipGenInvalidRequestException))]
    [InlineData(429, "quota_exceeded", typeof(ClipGenRefusedException))]
    [InlineData(500, "internal_error", typeof(ClipGenUnavailableException))]
    [InlineData(503, "draining", typeof(ClipGenUnavailableException))]
    public async Task Each_has_its_type_and_carries_what_the_server_said(int status, string code, Type type)
    {
        var error = await ErrorOf(Answers.Error(status, "t", code, "top_k", "top_k is wrong.", ("x-request-id", "req_1")));

        Assert.IsType(type, error);
        Assert.Equal((code, "top_k", status, "req_1", "top_k is wrong."), (error.Code, error.Parameter, error.StatusCode, error.RequestId, error.Message));
    }

    [Fact]
    public async Task All_that_is_wrong_is_named()
    {
        var error = await ErrorOf(context => Answers.Json(
            context,
            new ErrorEnvelope
            {
                Error = new() { Message = "two", Type = "t", Code = "invalid_value", Param = "top_p", Errors = [new() { Param = "top_p", Message = "is 2." }, new() { Param = "n", Message = "is 0." }] },
            },
            400));
        Assert.Equal([new("top_p", "is 2."), new("n", "is 0.")], Assert.IsType<ClipGenInvalidRequestException>(error).Errors);
    }

    [Fact]
    public async Task A_proxys_page_is_no_reason_to_say_less_than_the_status()
    {
        var error = await ErrorOf(context =>
        {
            context.Response.StatusCode = 502;
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>Bad Gateway</html>");
        });
        Assert.IsType<ClipGenUnavailableException>(error);
        Assert.Contains("502", error.Message, StringComparison.Ordinal);
        Assert.Null(error.Code);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("hello")]
    [InlineData("")]
    public async Task An_answer_that_is_no_generation_is_told_as_such(string body)
    {
        var error = await ErrorOf(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(body);
        });
        Assert.Equal("invalid_answer", error.Code);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task The_key_goes_to_the_gateway_and_to_nobody_else()
    {
        byte[] file = [1, 2, 3];
        RequestDelegate download = context => context.Response.Body.WriteAsync(file).AsTask();
        await using var elsewhere = await WireServer.StartAsync(download);
        await using var gateway = await WireServer.StartAsync(download);
        await using var sut = Clients.Http(gateway.Address, o => o.ApiKey = "secret");
        var client = sut.GetRequiredService<IClipGenClient>();
        var status = ClipGen.Client.Http.WireMapping.ToStatus(Answers.Resource(), default);
        RankedImage At(string location) => new()
        {
            Rank = 1,
            Candidate = 0,
            ClipScore = 0.5,
            Name = "i",
            Location = location,
            CodesSha256 = "",
            Bytes = 3,
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)),
        };

        await client.DownloadAsync(status, At(new Uri(elsewhere.Address, "/blob/i").AbsoluteUri), Token);
        await client.DownloadAsync(status, At(new Uri(gateway.Address, "/blob/i").AbsoluteUri), Token);
        var relative = await client.DownloadAsync(status, At("v1/i"), Token);

        Assert.Null(Assert.Single(elsewhere.Seen)["Authorization"]);
        Assert.All(gateway.Seen, s => Assert.Equal("Bearer secret", s["Authorization"]));
        Assert.Equal(["/blob/i", "/v1/i"], gateway.Seen.Select(s => s.Path));
        Assert.Equal(file, relative.Content.ToArray());
    }

    [Fact]
    public async Task A_file_that_is_not_the_one_stored_is_asked_for_again()
    {
        byte[] file = [1, 2, 3];
        await using var server = await WireServer.StartAsync(context => context.Response.Body.WriteAsync(new byte[] { 1, 2 }).AsTask(), context => context.Response.Body.WriteAsync(file).AsTask());
        await using var sut = Clients.Http(server.Address);
        var status = ClipGen.Client.Http.WireMapping.ToStatus(Answers.Resource(), default);
        RankedImage image = new()
        {
            Rank = 1,
            Candidate = 0,
            ClipScore = 0.5,
            Name = "i",
            Location = "i",
            CodesSha256 = "",
            Bytes = 3,
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)),
        };
        Assert.Equal(file, (await sut.GetRequiredService<IClipGenClient>().DownloadAsync(status, image, Token)).Content.ToArray());
        Assert.Equal(2, server.Seen.Count);
    }

    [Fact]
    public void A_client_without_an_address_says_all_that_is_missing()
    {
        var services = new ServiceCollection().AddClipGenClient(o => (o.MaxRetries, o.ApiKey) = (-1, "two words"));
        using var provider = services.BuildServiceProvider();
        var error = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(provider.GetRequiredService<IClipGenClient>);
        Assert.Equal(3, error.Failures.Count());
    }
}
