using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClipGen.Cluster.Tests.Prompts;

namespace ClipGen.Gateway.Tests;

/// <summary>Images as prompts, over HTTP.</summary>
public sealed class PromptImageTests : IAsyncLifetime
{
    private const string Gif = "R0lGODlhAQABAAAAACw=";

    private static readonly string Png = Convert.ToBase64String(PromptFiles.Picture());

    private Sut _sut = null!;

    public async ValueTask InitializeAsync() => _sut = await Sut.CreateSut();

    public ValueTask DisposeAsync() => _sut.DisposeAsync();

    [Fact]
    public async Task An_image_is_the_same_prompt_however_it_is_sent()
    {
        Answer[] answers =
        [
            await _sut.Images($$"""{"image":"{{Png}}","seed":7,"candidates":2}"""),
            await _sut.Images($$"""{"image":"data:image/png;base64,{{Png}}","seed":7,"candidates":2}"""),
            await _sut.Images($$"""{"prompts":[{"image":"{{Png}}","weight":0.5}],"seed":7,"candidates":2}"""),
            await Vary(Form(PromptFiles.Picture(), ("seed", "7"), ("candidates", "2"))),
        ];

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers.Select(answer => answer.Json.GetProperty("data")[0].GetProperty("sha256").GetString()).Distinct());
    }

    [Fact]
    public async Task A_blend_is_told_with_its_parts()
    {
        var accepted = await _sut.Post("/v1/generations", $$"""{"prompts":[{"text":"a red circle","weight":0.7},{"image":"{{Png}}","weight":0.3},{"text":"a star"}],"seed":7,"candidates":2}""");

        Assert.Equal(202, accepted.Status);
        Assert.Equal("a red circle + a star", accepted.Json.GetProperty("prompt").GetString());
        var parts = accepted.Json.GetProperty("prompts").EnumerateArray().ToList();
        Assert.Equal(PromptImage.Of(PromptFiles.Picture())!.Sha256, parts[1].GetProperty("image_sha256").GetString());
        Assert.Equal(("a red circle", "png", 0.3, 1), (
            parts[0].GetProperty("text").GetString(), parts[1].GetProperty("image_format").GetString(), parts[1].GetProperty("weight").GetDouble(), parts[2].GetProperty("weight").GetDouble()));
        var both = await _sut.Post("/v1/generations", $$"""{"prompt":"a red circle","image":"{{Png}}"}""");
        Assert.Equal([1, 1], both.Json.GetProperty("prompts").EnumerateArray().Select(p => p.GetProperty("weight").GetDouble()));
        Assert.False((await _sut.Post("/v1/generations", """{"prompt":"a red circle"}""")).Json.TryGetProperty("prompts", out _));
    }

    [Theory]
    [InlineData("""{"image":5}""", "invalid_type", "image")]
    [InlineData("""{"image":""}""", "invalid_value", "image")]
    [InlineData("""{"image":"no base64"}""", "invalid_value", "image")]
    [InlineData("""{"image":"data:image/png,x"}""", "invalid_value", "image")]
    [InlineData("""{"image":"data:image/png;base64"}""", "invalid_value", "image")]
    [InlineData("""{"image":"GIF"}""", "invalid_value", "image")]
    [InlineData("""{"prompt":" ","image":"PNG"}""", "invalid_value", "prompt")]
    [InlineData("""{"prompt":"x","prompts":[{"text":"x"}]}""", "invalid_value", "prompts")]
    [InlineData("""{"image":"PNG","prompts":[{"text":"x"}]}""", "invalid_value", "prompts")]
    [InlineData("""{"prompts":"x"}""", "invalid_type", "prompts")]
    [InlineData("""{"prompts":["x"]}""", "invalid_type", "prompts")]
    [InlineData("""{"prompts":[]}""", "invalid_value", "prompts")]
    [InlineData("""{"prompts":[{},{},{},{},{},{},{},{},{}]}""", "invalid_value", "prompts")]
    [InlineData("""{"prompts":[{"text":"x"},{}]}""", "invalid_value", "prompts[1]")]
    [InlineData("""{"prompts":[{"text":"x"},{"image":"GIF"}]}""", "invalid_value", "prompts[1].image")]
    [InlineData("""{"prompts":[{"text":"x","image":"PNG"}]}""", "invalid_value", "prompts[0]")]
    [InlineData("""{"prompts":[{"text":7}]}""", "invalid_type", "prompts[0].text")]
    [InlineData("""{"prompts":[{"text":""}]}""", "invalid_value", "prompts[0].text")]
    [InlineData("""{"prompts":[{"text":"x","weight":0}]}""", "invalid_value", "prompts[0].weight")]
    [InlineData("""{"prompts":[{"text":"x","weight":1e999}]}""", "invalid_value", "prompts[0].weight")]
    [InlineData("""{"prompts":[{"text":"x","weight":"1"}]}""", "invalid_type", "prompts[0].weight")]
    [InlineData("""{"prompts":[{"text":"x","wieght":1}]}""", "unknown_parameter", "prompts[0].wieght")]
    [InlineData("""{"prompts":[{"image":"CUT"}]}""", "invalid_value", "prompts[0].image")]
    public async Task What_is_wrong_is_named_and_nothing_else(string body, string code, string param)
    {
        string cut = Convert.ToBase64String(PromptFiles.Picture()[..^40]);
        string json = body.Replace("PNG", Png, StringComparison.Ordinal).Replace("GIF", Gif, StringComparison.Ordinal).Replace("CUT", cut, StringComparison.Ordinal);

        foreach (string path in (string[])["/v1/images/generations", "/v1/generations"])
        {
            var answer = await _sut.Post(path, json);
            answer.IsError(400, "invalid_request_error", code, param);
            Assert.Equal("false", answer.Header("x-should-retry"));
            Assert.False(answer.Error.TryGetProperty("errors", out var more), more.ToString());
        }
    }

    [Fact]
    public async Task Variations_are_answered_as_generations_are()
    {
        var answer = await Vary(Form(PromptFiles.Picture(format: ImageFormat.Webp), ("n", "2"), ("response_format", "url"), ("size", "32x32"), ("user", "me"), ("model", "fake"), ("top_p", "0.5")));

        Assert.Equal(200, answer.Status);
        var images = answer.Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(2, images.Count);
        Assert.Equal(200, (await _sut.Get(new Uri(images[0].GetProperty("url").GetString()!).PathAndQuery)).Status);
        Assert.Equal(0, answer.Json.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task A_variations_fields_may_be_true_or_false()
    {
        var answer = await Vary(Form(PromptFiles.Picture(), ("embed_metadata", "false"), ("reference_quirks", "true")));

        Assert.Equal(200, answer.Status);
        var generation = (await _sut.Get($"/v1/generations/{answer.Json.GetProperty("data")[0].GetProperty("id").GetString()}")).Json;
        Assert.Equal((false, true), (generation.GetProperty("embed_metadata").GetBoolean(), generation.GetProperty("reference_quirks").GetBoolean()));
    }

    [Theory]
    [InlineData("embed_metadata", "no", "invalid_type")]
    [InlineData("n", "eleven", "invalid_type")]
    [InlineData("n", "11", "invalid_value")]
    [InlineData("n", "1.5", "invalid_value")]
    [InlineData("temperature", "-1", "invalid_value")]
    [InlineData("size", "512x512", "invalid_value")]
    [InlineData("response_format", "b64", "invalid_value")]
    [InlineData("partial_images", "1", "unsupported_parameter")]
    [InlineData("prompt", "x", "unknown_parameter")]
    [InlineData("stream", "true", "unknown_parameter")]
    [InlineData("image", "text", "invalid_type")]
    public async Task A_wrong_field_of_a_form_is_named(string name, string value, string code) =>
        (await Vary(Form(PromptFiles.Picture(), (name, value)))).IsError(400, "invalid_request_error", code, name);

    [Fact]
    public async Task A_form_has_one_image_and_is_a_form()
    {
        (await Vary(Form(null, ("n", "1")))).IsError(400, "invalid_request_error", "missing_required_parameter", "image");
        var two = Form(PromptFiles.Picture());
        two.Add(File(PromptFiles.Picture()), "image", "b.png");
        (await Vary(two)).IsError(400, "invalid_request_error", "invalid_value", "image");
        var mask = Form(PromptFiles.Picture());
        mask.Add(File(PromptFiles.Picture()), "mask", "b.png");
        (await Vary(mask)).IsError(400, "invalid_request_error", "unknown_parameter", "mask");
        (await Vary(Form(PromptFiles.Picture(), ("n", "1"), ("n", "2")))).IsError(400, "invalid_request_error", "invalid_value", "n");
        (await Vary(Form([]))).IsError(400, "invalid_request_error", "invalid_value", "image");
        (await _sut.Post("/v1/images/variations", $$"""{"image":"{{Png}}"}""")).IsError(415, "invalid_request_error", "unsupported_content_type", null);
        (await Vary(new FormUrlEncodedContent([new("image", Png)]))).IsError(415, "invalid_request_error", "unsupported_content_type", null);
        foreach (string broken in (string[])["multipart/form-data", "multipart/form-data; boundary=x"])
        {
            using var content = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nabc"u8.ToArray());
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(broken);
            (await Vary(content)).IsError(400, "invalid_request_error", "invalid_value", null);
        }
    }

    [Fact]
    public async Task Sizes_have_limits_that_are_told()
    {
        byte[] heavy = [.. PromptFiles.Picture(), .. new byte[10 << 20]];   // what comes behind the end of a PNG counts as well
        var answer = await Vary(Form(heavy));
        answer.IsError(400, "invalid_request_error", "invalid_value", "image");
        Assert.Contains("at most 10485760 are taken", answer.Error.GetProperty("message").GetString());
        Assert.Contains("at most 4096×4096 are taken", (await Vary(Form(PromptFiles.Picture(4097, 1)))).Error.GetProperty("message").GetString());
        (await Vary(Form(new byte[17 << 20]))).IsError(413, "invalid_request_error", "request_too_large", null);
    }

    [Fact]
    public async Task Equal_images_under_one_key_are_one_request_and_another_is_a_mismatch()
    {
        var key = ("Idempotency-Key", "image-1");
        var first = await Vary(Form(PromptFiles.Picture()), key);
        Assert.Equal(first.Body, (await Vary(Form(PromptFiles.Picture()), key)).Body);
        (await Vary(Form(PromptFiles.Picture(shade: 7)), key)).IsError(422, "invalid_request_error", "idempotency_mismatch", "Idempotency-Key");
    }

    [Fact]
    public async Task Whatever_bytes_come_the_answer_is_an_image_or_says_what_is_wrong()
    {
        var random = new Random(5);
        byte[] form = await Form(PromptFiles.Picture(40, 30, ImageFormat.Jpeg), ("n", "1"), ("seed", "1"), ("candidates", "1")).ReadAsByteArrayAsync(Sut.Token);
        for (int round = 0; round < 150; round++)
        {
            byte[] bytes = [.. form];
            for (int i = random.Next(1, 20); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var content = new ByteArrayContent(bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            var answer = await Vary(content);
            Assert.True(answer.Status is 200 or 400, $"{round}: {answer.Status} {Encoding.UTF8.GetString(answer.Body)}");
            Assert.NotEqual(JsonValueKind.Undefined, answer.Json.ValueKind);
        }
    }

    private Task<Answer> Vary(HttpContent form, params (string Name, string Value)[] headers) => _sut.Send(HttpMethod.Post, "/v1/images/variations", form, headers);

    private static MultipartFormDataContent Form(byte[]? image, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent("b");
        if (image is not null) form.Add(File(image), "image", "picture.png");
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        return form;
    }

    private static ByteArrayContent File(byte[] content)
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new("image/png");
        return file;
    }
}
