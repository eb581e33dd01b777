using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClipGen.Page.Tests;

public sealed class SnippetTests(Chromium chromium)
{
    private const string Tricky = """it's a "red" $circle `x`, 環""";

    [Fact]
    public async Task Say_prompt_and_seed_and_what_the_server_filled_in()
    {
        await using var sut = await CreateSut();
        await sut.Drawn(Tricky, seed: "4711");

        string curl = await sut.Copied("curl");
        Assert.StartsWith($"curl -sS '{sut.Root}v1/images/generations' -H 'Content-Type: application/json' -d '", curl);
        var body = JsonElement.Parse(Regex.Match(curl, @"-d '(.*)' \\$", RegexOptions.Multiline).Groups[1].Value.Replace(@"'\''", "'"));
        Assert.Equal((Tricky, 4711, 8, "painted"), (body.GetProperty("prompt").GetString(), body.GetProperty("seed").GetInt32(), body.GetProperty("candidates").GetInt32(), body.GetProperty("model").GetString()));

        string csharp = await sut.Copied("C#");
        Assert.Contains($"Prompt = {"\""}it's a \\\"red\\\" $circle `x`, 環\",", csharp);
        Assert.Contains("Seed = 4711,", csharp);
        Assert.Contains($"new Uri(\"{sut.Root}\")", csharp);

        string cli = await sut.Copied("CLI");
        Assert.StartsWith($"""clipgen generate 'it'\''s a "red" $circle `x`, 環' --server '{sut.Root}' --seed 4711 --model 'painted' --candidates 8 -n 4 --top-k 500 --top-p 0.95 --temperature 1""", cli);
    }

    /// <summary>The shell is real, curl is not: it shows what it would send.</summary>
    [Theory]
    [InlineData("""{ "prompt": "PROMPT", "image": "" }""", """{"prompt":"PROMPT","image":"DATA"}""")]
    [InlineData("""{ "image": "" }""", """{"image":"DATA"}""")]
    [InlineData("""{ "prompts": [{ "text": "PROMPT", "weight": 0.7 }, { "image": "", "weight": 0.3 }] }""", """{"prompts":[{"text":"PROMPT","weight":0.7},{"image":"DATA","weight":0.3}]}""")]
    public async Task A_prompts_picture_is_read_from_its_file(string members, string sends)
    {
        Shell.Require("jq");
        const string file = "my $own 'cat'.png";
        await using var sut = await CreateSut();
        string prompt = JsonSerializer.Serialize(Tricky)[1..^1];

        string command = await sut.Page.EvaluateAsync<string>(
            """
            async ([members, image]) => (await import("/page/snippets.js")).snippet("curl", { image, number: 0, request: { ...JSON.parse(members), n: 1, output_format: "png" } }, "http://server/", false)
            """,
            new[] { members.Replace("PROMPT", prompt), file });
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), "the picture", Sut.Token);
            string sent = await Shell.Run(folder, $"curl() {{ cat >&2; }}; {command}\ntrue");
            using var body = JsonDocument.Parse(sent);
            using var expected = JsonDocument.Parse(sends.Replace("PROMPT", prompt).Replace("DATA", "data:image/png;base64,dGhlIHBpY3R1cmU=")[..^1] + ""","n":1,"output_format":"png"}""");
            Assert.True(JsonElement.DeepEquals(expected.RootElement, body.RootElement), sent);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Are_shown_where_the_clipboard_is_not_to_be_had()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }");
        await sut.Drawn();

        await sut.Click("CLI");

        var dialog = sut.Page.GetByRole(AriaRole.Dialog, new() { Name = "Copy this" });
        await Expect(dialog.GetByRole(AriaRole.Textbox)).ToHaveValueAsync(new Regex("^clipgen generate 'a red circle'"));
        await sut.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
    }

    private Task<Sut> CreateSut() => Sut.CreateSut(chromium, [], Sut.WithClipboard);
}
