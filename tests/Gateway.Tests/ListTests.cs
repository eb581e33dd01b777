using System.Text.Json;

namespace ClipGen.Gateway.Tests;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_follow_one_another()
    {
        await using var sut = await Sut.CreateSut();
        var ids = new List<string>();
        for (int seed = 0; seed < 5; seed++) ids.Insert(0, await Draw(sut, $$"""{"prompt":"x","candidates":1,"seed":{{seed}}}"""));

        var first = (await sut.Get("/v1/generations?limit=3")).Json;
        Assert.Equal(("list", true), (first.GetProperty("object").GetString(), first.GetProperty("has_more").GetBoolean()));
        Assert.Equal((ids[0], ids[2]), (first.GetProperty("first_id").GetString(), first.GetProperty("last_id").GetString()));
        Assert.Equal(ids[..3], Ids(first));
        Assert.Equal("x", first.GetProperty("data")[0].GetProperty("prompt").GetString());

        foreach (string after in new[] { first.GetProperty("next").GetString()!, ids[2] })
        {
            var second = (await sut.Get($"/v1/generations?limit=3&after={after}")).Json;
            Assert.Equal(ids[3..], Ids(second));
            Assert.False(second.GetProperty("has_more").GetBoolean());
            Assert.False(second.TryGetProperty("next", out _));
        }
    }

    [Fact]
    public async Task Filters_are_taken_from_the_query()
    {
        await using var sut = await Sut.CreateSut();
        string id = await Draw(sut, """{"prompt":"x","candidates":1}""");
        long at = (await sut.Get($"/v1/generations/{id}")).Json.GetProperty("created_at").GetInt64();

        foreach (string holds in new[] { "state=completed", "state=failed&state=completed", "state=failed,completed", "model=fake", $"created_after={at}", $"created_before={at + 1}", "model=&after=" })
            Assert.Equal([id], Ids((await sut.Get($"/v1/generations?{holds}")).Json));
        foreach (string fails in new[] { "state=queued", "model=other", $"created_after={at + 1}", $"created_before={at}" })
            Assert.Empty(Ids((await sut.Get($"/v1/generations?{fails}")).Json));
    }

    [Theory]
    [InlineData("limit=0", "limit", "invalid_value")]
    [InlineData("limit=101", "limit", "invalid_value")]
    [InlineData("limit=x", "limit", "invalid_value")]
    [InlineData("limit=1&limit=2", "limit", "invalid_value")]
    [InlineData("after=x", "after", "invalid_value")]
    [InlineData("state=done", "state", "invalid_value")]
    [InlineData("created_after=-1", "created_after", "invalid_value")]
    [InlineData("created_before=99999999999999999999", "created_before", "invalid_value")]
    [InlineData("page=2", "page", "unknown_parameter")]
    public async Task What_is_wrong_with_a_query_is_named(string query, string param, string code)
    {
        await using var sut = await Sut.CreateSut();
        (await sut.Get($"/v1/generations?{query}")).IsError(400, "invalid_request_error", code, param);
    }

    private static List<string> Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(g => g.GetProperty("id").GetString()!)];

    private static async Task<string> Draw(Sut sut, string body)
    {
        string id = (await sut.Post("/v1/generations", body)).Json.GetProperty("id").GetString()!;
        using var events = new Events(await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events"));
        await events.All();
        return id;
    }
}
