using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests;

public sealed class ReplayTests
{
    [Fact]
    public async Task A_replay_answers_with_the_hashes_of_both_runs()
    {
        await using var sut = await Sut.CreateSut();
        var drawn = (await sut.Images("""{"prompt":"x","n":2,"seed":3}""")).Json.GetProperty("data");
        string id = drawn[0].GetProperty("id").GetString()!;

        var answer = await sut.Post($"/v1/generations/{id}/replay", "");

        Assert.Equal(200, answer.Status);
        var replay = answer.Json;
        Assert.Equal((id, true), (replay.GetProperty("generation_id").GetString(), replay.GetProperty("matches").GetBoolean()));
        Assert.Equal(("cpu", "cpu", new string('d', 64)), (replay.GetProperty("device_kind").GetString(), replay.GetProperty("replay_device_kind").GetString(), replay.GetProperty("model_digest").GetString()));
        Assert.Equal(drawn.EnumerateArray().Select(i => i.GetProperty("sha256").GetString()), replay.GetProperty("images").EnumerateArray().Select(i => i.GetProperty("replay_sha256").GetString()));
        Assert.All(replay.GetProperty("images").EnumerateArray(), i => Assert.True(i.GetProperty("codes_match").GetBoolean() && i.GetProperty("pixels_match").GetBoolean()));

        var resource = (await sut.Get($"/v1/generations/{replay.GetProperty("id").GetString()}")).Json;
        Assert.Equal((id, "completed", 0), (resource.GetProperty("replay_of").GetString(), resource.GetProperty("state").GetString(), resource.GetProperty("images").GetArrayLength()));
        Assert.Equal(replay.GetRawText(), resource.GetProperty("replay").GetRawText());
        Assert.False(resource.TryGetProperty("manifest", out _));
        (await sut.Post($"/v1/generations/{resource.GetProperty("id").GetString()}/replay", "")).IsError(400, "invalid_request_error", "invalid_value", "id");
    }

    [Fact]
    public async Task One_that_runs_is_a_conflict_and_one_that_is_not_there_is_not_found()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine { Hold = new TaskCompletionSource().Task });
        string id = (await sut.Post("/v1/generations", """{"prompt":"x"}""")).Json.GetProperty("id").GetString()!;

        var running = await sut.Post($"/v1/generations/{id}/replay", "");

        running.IsError(409, "invalid_request_error", "generation_not_ended", "id");
        Assert.True(int.Parse(running.Header("retry-after")!) >= 1);
        (await sut.Post($"/v1/generations/{new string('0', 32)}/replay", "")).IsError(404, "invalid_request_error", "generation_not_found", "id");
        await sut.Send(HttpMethod.Delete, $"/v1/generations/{id}", null);
        (await sut.Post($"/v1/generations/{id}/replay", "")).IsError(400, "invalid_request_error", "invalid_value", "id");
    }
}
