using System.Text.Json;

namespace ClipGen.Page.Tests;

public sealed class ImagePromptTests(Chromium chromium)
{
    private static readonly string Landscape = Repository.Reference("image_landscape.png");

    [Fact]
    public async Task A_picture_alone_is_the_prompt()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await Choose(sut, Landscape);
        await Expect(sut.Page.Locator("#weight")).ToBeDisabledAsync();

        var body = await Sent(sut, () => sut.Draw.ClickAsync());

        Assert.Equal($"data:image/png;base64,{Convert.ToBase64String(await File.ReadAllBytesAsync(Landscape, Sut.Token))}", body.GetProperty("image").GetString());
        Assert.False(body.TryGetProperty("prompt", out _));
        Assert.False(body.TryGetProperty("prompts", out _));
        await Expect(sut.Page.Locator("#caption")).ToHaveTextAsync("Like image_landscape.png");
        Assert.Empty(sut.Errors);
    }

    [Fact]
    public async Task With_a_text_it_is_blended_by_weight()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await Choose(sut, Landscape);
        await sut.Prompt.FillAsync("a red circle");
        await Expect(sut.Page.GetByText("50 % text, 50 % picture")).ToBeVisibleAsync();

        var even = await Sent(sut, () => sut.Draw.ClickAsync());
        Assert.Equal("a red circle", even.GetProperty("prompt").GetString());
        Assert.StartsWith("data:image/png;base64,", even.GetProperty("image").GetString());

        await sut.Page.GetByRole(AriaRole.Slider).FillAsync("30");
        await Expect(sut.Page.GetByText("70 % text, 30 % picture")).ToBeVisibleAsync();
        await sut.Screenshot("image-prompt");
        var uneven = await Sent(sut, () => sut.Draw.ClickAsync());
        Assert.False(uneven.TryGetProperty("prompt", out _));
        Assert.False(uneven.TryGetProperty("image", out _));
        var prompts = uneven.GetProperty("prompts");
        Assert.Equal("""{"text":"a red circle","weight":0.7}""", prompts[0].GetRawText());
        Assert.Equal(0.3, prompts[1].GetProperty("weight").GetDouble());
        Assert.StartsWith("data:image/png;base64,", prompts[1].GetProperty("image").GetString());
    }

    [Fact]
    public async Task Can_be_removed()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await Choose(sut, Landscape);
        await sut.Click("Remove the picture");
        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToBeHiddenAsync();
        await sut.Prompt.FillAsync("a red circle");

        var body = await Sent(sut, () => sut.Draw.ClickAsync());

        Assert.False(body.TryGetProperty("image", out _));
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("paste")]
    public async Task Can_be_dropped_and_pasted(string way)
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Page.EvaluateAsync(
            """
            ([way, content]) => {
              const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0)), data = new DataTransfer();
              data.items.add(new File([bytes], "from elsewhere.png", { type: "image/png" }));
              const event = way === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }) : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
              document.getElementById("prompt").dispatchEvent(event);
            }
            """,
            new[] { way, Convert.ToBase64String(await File.ReadAllBytesAsync(Landscape, Sut.Token)) });

        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToHaveJSPropertyAsync("naturalWidth", 96);
        await Expect(sut.Page.Locator("#image-prompt-name")).ToHaveTextAsync("from elsewhere.png");
    }

    [Fact]
    public async Task What_is_no_picture_or_too_large_is_refused()
    {
        await using var sut = await Sut.CreateSut(chromium);
        var file = sut.Page.GetByLabel("Picture file");

        await file.SetInputFilesAsync(new FilePayload { Name = "notes.png", MimeType = "image/png", Buffer = "just text"u8.ToArray() });
        await Expect(sut.Problem).ToHaveTextAsync("“notes.png” is no PNG, JPEG or WebP picture.");

        await file.SetInputFilesAsync(new FilePayload { Name = "broken.png", MimeType = "image/png", Buffer = (await File.ReadAllBytesAsync(Landscape, Sut.Token))[..100] });
        await Expect(sut.Problem).ToHaveTextAsync("“broken.png” is damaged: this browser cannot read it.");

        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName, huge = Path.Combine(folder, "huge.png");
        await File.WriteAllBytesAsync(huge, new byte[10_100_000], Sut.Token);
        await file.SetInputFilesAsync(huge);
        await Expect(sut.Problem).ToHaveTextAsync("“huge.png” has 10.1 MB; at most 10 MB are taken.");
        Directory.Delete(folder, recursive: true);
        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToBeHiddenAsync();

        await Choose(sut, Landscape);
        await Expect(sut.Problem).ToBeHiddenAsync();
    }

    [Fact]
    public async Task One_goes_on_from_a_picture()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn("a red circle", seed: "7");
        await sut.Kept.Nth(1).ClickAsync();
        string picked = Convert.ToBase64String(await sut.Saved());

        var more = await Sent(sut, () => sut.Click("More like this"));
        Assert.Equal(("a red circle", $"data:image/png;base64,{picked}"), (more.GetProperty("prompt").GetString(), more.GetProperty("image").GetString()));
        Assert.False(more.TryGetProperty("seed", out _));

        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Kept).ToHaveCountAsync(4);
        await sut.Kept.Nth(1).ClickAsync();
        var variation = await Sent(sut, () => sut.Click("Variation"));
        Assert.Equal($"data:image/png;base64,{picked}", variation.GetProperty("image").GetString());
        Assert.False(variation.TryGetProperty("prompt", out _));

        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Kept).ToHaveCountAsync(4);
        var again = await Sent(sut, () => sut.Click("Another seed"));
        Assert.Equal("a red circle", again.GetProperty("prompt").GetString());
        Assert.False(again.TryGetProperty("seed", out _));
        Assert.False(again.TryGetProperty("image", out _));

        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Kept).ToHaveCountAsync(4);
        await sut.Click("Same seed, other prompt");
        await Expect(sut.Page.GetByLabel("Seed")).ToHaveValueAsync("7");
        await Expect(sut.Prompt).ToBeFocusedAsync();
    }

    private static async Task Choose(Sut sut, string file)
    {
        await sut.Page.GetByLabel("Picture file").SetInputFilesAsync(file);
        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToBeVisibleAsync();
        await Expect(sut.Page.Locator("#image-prompt-name")).ToHaveTextAsync(Path.GetFileName(file));
    }

    /// <summary>The body that the page sends; the server is not asked, and a refusal comes back.</summary>
    private static async Task<JsonElement> Sent(Sut sut, Func<Task> action)
    {
        var body = new TaskCompletionSource<string?>();
        await sut.Page.RouteAsync("**/v1/generations", async route =>
        {
            body.TrySetResult(route.Request.PostData);
            await route.FulfillAsync(new() { Status = 503, Json = new { error = new { message = "Not now." } } });
        });
        await action();
        await Expect(sut.Problem).ToHaveTextAsync("Not now.");
        await Expect(sut.Draw).ToHaveAttributeAsync("aria-disabled", "false");
        await sut.Page.UnrouteAllAsync();
        return JsonElement.Parse((await body.Task)!);
    }
}
