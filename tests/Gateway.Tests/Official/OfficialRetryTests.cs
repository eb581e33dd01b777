using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>Both of OpenAI's clients, as they are by default, come again when they were told to, and get their image then.</summary>
public sealed class OfficialRetryTests
{
    private const string Body = """{"prompt":"x","candidates":4}""";

    private readonly TaskCompletionSource _hold = new();

    [Fact]
    public async Task The_NET_client_waits_and_succeeds()
    {
        await using var sut = await CreateFullSut();
        string inTheWay = await TakeTheRoomAsync(sut);
        var drawsOn = DrawOnWithoutAsync(sut, inTheWay);
        var tries = new Tries(async () => await sut.Send(HttpMethod.Delete, $"/v1/generations/{inTheWay}", null));
        using var body = BinaryContent.Create(BinaryData.FromString(Body));

        var result = await NetClient.Create(sut, eachTry: tries).GenerateImagesAsync(body, new RequestOptions { CancellationToken = Sut.Token });

        Assert.Equal(200, result.GetRawResponse().Status);
        Assert.Equal([429, 200], tries.Statuses);
        Assert.True(Assert.Single(tries.Waits) >= TimeSpan.FromSeconds(0.99), $"{tries.Waits[0]}");   // retry-after has whole seconds
        await drawsOn;
    }

    [Fact]
    public async Task The_Node_client_waits_and_succeeds()
    {
        NodeClient.Require();
        await using var sut = await CreateFullSut();
        string inTheWay = await TakeTheRoomAsync(sut);
        var drawsOn = DrawOnWithoutAsync(sut, inTheWay);

        var told = JsonElement.Parse(Assert.Single(await NodeClient.RunAsync(
            "official-retry.mjs", new() { ["CLIPGEN_URL"] = sut.Root.AbsoluteUri, ["CLIPGEN_IN_THE_WAY"] = inTheWay, ["CLIPGEN_BODY"] = Body })));

        Assert.Equal([429, 200], told.GetProperty("statuses").EnumerateArray().Select(s => s.GetInt32()));
        Assert.True(told.GetProperty("waits")[0].GetDouble() >= told.GetProperty("asked")[0].GetDouble() * 0.99, told.GetRawText());
        Assert.Equal(1, told.GetProperty("images").GetInt32());
        await drawsOn;
    }

    [Theory]
    [InlineData("""{"prompt":"x","n":0}""")]
    [InlineData("""{"prompt":"breaks"}""")]
    public async Task What_would_fail_again_is_tried_once_by_those_who_listen(string body)
    {
        NodeClient.Require();
        await using var sut = await Sut.CreateSut(new FakeEngine { EncodeFailureOf = prompt => prompt == "breaks" ? new ArithmeticException("broken weights") : null });

        string call = JsonSerializer.Serialize(new { url = sut.Root.AbsoluteUri, key = "any", body = JsonElement.Parse(body), headers = new { } });
        var error = JsonElement.Parse(Assert.Single(await NodeClient.RunAsync("official-error.mjs", new() { ["CLIPGEN_CALL"] = call, ["CLIPGEN_RETRIES"] = "3" })));

        Assert.Equal(1, error.GetProperty("tries").GetInt32());
    }

    private Task<Sut> CreateFullSut() => Sut.CreateSut(new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "4" }, [new() { Hold = _hold.Task }]);

    /// <summary>Four run, and four wait, which is all that the tenant may have waiting.</summary>
    /// <returns>The id of those that wait.</returns>
    private static async Task<string> TakeTheRoomAsync(Sut sut)
    {
        await sut.Post("/v1/generations", Body);
        var waits = await sut.Post("/v1/generations", Body);
        // The first ones count as waiting until they have been given to the device.
        for (; waits.Status == 429; waits = await sut.Post("/v1/generations", Body)) await Task.Delay(20, Sut.Token);
        Assert.Equal(202, waits.Status);
        return waits.Json.GetProperty("id").GetString()!;
    }

    /// <summary>Once it is gone, those that run are drawn to their end.</summary>
    private async Task DrawOnWithoutAsync(Sut sut, string id)
    {
        using var events = new Events(await sut.Open(HttpMethod.Get, $"/v1/generations/{id}/events"));
        await events.All();
        _hold.SetResult();
    }

    /// <summary>Notes every try, and makes room after the first refusal.</summary>
    private sealed class Tries(Func<Task> makeRoom) : PipelinePolicy
    {
        private long _answered;

        public List<int> Statuses { get; } = [];

        public List<TimeSpan> Waits { get; } = [];

        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            if (Statuses.Count > 0) Waits.Add(TimeProvider.System.GetElapsedTime(_answered));
            await ProcessNextAsync(message, pipeline, currentIndex);
            Statuses.Add(message.Response!.Status);
            if (message.Response.Status == 429) await makeRoom();
            _answered = TimeProvider.System.GetTimestamp();
        }
    }
}
