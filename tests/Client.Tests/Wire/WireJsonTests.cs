using System.Text.Json;
using ClipGen.Client.Tests.Fakes;
using ClipGen.Client.Wire;

namespace ClipGen.Client.Tests.Wire;

/// <summary>The spelling that official clients rely on.</summary>
public sealed class WireJsonTests
{
    [Fact]
    public void An_answer_has_the_members_that_official_clients_read()
    {
        string json = JsonSerializer.Serialize(
            new ImagesResponse
            {
                Created = 1_700_000_000,
                Background = "opaque",
                OutputFormat = "png",
                Quality = "auto",
                Size = "256x256",
                Data = [new() { B64Json = "AA==", Seed = ulong.MaxValue, Candidate = 3, ClipScore = 0.25, Sha256 = "ab", Id = "g" }],
                Usage = new() { TotalTokens = 3, InputTokens = 1, OutputTokens = 2, InputTokensDetails = new() { TextTokens = 1, ImageTokens = 0 }, OutputTokensDetails = new() { TextTokens = 0, ImageTokens = 2 } },
            },
            WireJson.Default.ImagesResponse);
        Assert.Equal(
            """{"created":1700000000,"background":"opaque","output_format":"png","quality":"auto","size":"256x256","data":[{"b64_json":"AA==","seed":18446744073709551615,"candidate":3,"clip_score":0.25,"sha256":"ab","id":"g"}],"usage":{"total_tokens":3,"input_tokens":1,"output_tokens":2,"input_tokens_details":{"text_tokens":1,"image_tokens":0},"output_tokens_details":{"text_tokens":0,"image_tokens":2}}}""",
            json);
    }

    [Fact]
    public void An_error_writes_its_members_also_when_they_are_null() => Assert.Equal(
        """{"error":{"message":"no","type":"server_error","param":null,"code":null}}""",
        JsonSerializer.Serialize(new ErrorEnvelope { Error = new() { Message = "no", Type = "server_error" } }, WireJson.Default.ErrorEnvelope));

    [Theory]
    [InlineData(typeof(CreateImageRequest))]
    [InlineData(typeof(CreateGenerationRequest))]
    public void A_request_keeps_what_it_does_not_know_and_takes_null_for_everything(Type type)
    {
        var members = type.GetProperties().Where(p => p.Name != "Unknown").Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));
        string json = $$"""{ {{string.Concat(members.Select(m => $"\"{m}\":null,"))}} "steps":20 }""";
        dynamic request = JsonSerializer.Deserialize(json, type, WireJson.Default)!;
        var unknown = (Dictionary<string, JsonElement>)request.Unknown;
        Assert.Equal(20, Assert.Single(unknown).Value.GetInt32());
        Assert.Equal("steps", unknown.Keys.Single());
    }

    [Fact]
    public void A_request_says_only_what_was_asked_for() =>
        Assert.Equal("""{"prompt":"x","n":2}""", JsonSerializer.Serialize(new CreateGenerationRequest { Prompt = "x", N = 2 }, WireJson.Default.CreateGenerationRequest));

    [Fact]
    public void A_generation_reads_back_as_it_was_written()
    {
        var resource = Answers.Resource(WireNames.States.Failed, r => r with { Error = new() { Message = "no", Type = "server_error" }, EtaMs = 5, QueuePosition = 2 });
        string json = JsonSerializer.Serialize(resource, WireJson.Default.GenerationResource);
        Assert.Equal(resource, JsonSerializer.Deserialize(json, WireJson.Default.GenerationResource));
        Assert.Contains("\"object\":\"generation\"", json, StringComparison.Ordinal);
    }
}
