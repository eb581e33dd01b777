using System.Text.RegularExpressions;
using ClipGen.Page.Tests.Fakes;

namespace ClipGen.Page.Tests;

public sealed class ErrorTests(Chromium chromium)
{
    [Fact]
    public async Task A_refusal_is_told_with_when_to_try_again()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(chromium, new() { ["ClipGen:Queue:Tenants:default:MaxWaiting"] = "8" }, engines: new PaintingEngine { Hold = hold.Task });
        await sut.Submit(new { prompt = "first", candidates = 8 });
        await sut.Prompt.FillAsync("second");
        await sut.Draw.ClickAsync();

        await Expect(sut.Problem).ToHaveTextAsync(new Regex(@"Try again in \d+ s\.$"));
        await Expect(sut.Status).ToHaveTextAsync("");
        hold.SetResult();
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_in_the_pages_words_beside_the_fields()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Prompt.FillAsync("a red circle");
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Page.GetByLabel("Candidates").FillAsync("2");
        await sut.Page.GetByLabel("Keep the best").FillAsync("3");
        await sut.Page.GetByLabel("Top k").EvaluateAsync("field => { field.max = ''; field.value = '9999'; }");   // past the browser's own check
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Draw.ClickAsync();

        await Expect(sut.Problem).ToHaveTextAsync(new Regex("Keep the best is 3, but only 2 candidates.*\nTop k is 9999; it must be 1 to 512"), new() { UseInnerText = true });
        await Expect(sut.Page.GetByLabel("Top k")).ToBeVisibleAsync();
        await Expect(sut.Page.GetByLabel("Top k")).ToHaveAttributeAsync("aria-invalid", "true");
        await sut.Screenshot("error");

        await sut.Page.GetByLabel("Top k").FillAsync("12");
        await sut.Page.GetByLabel("Keep the best").FillAsync("1");
        await sut.Draw.ClickAsync();
        await sut.IsDrawn();
        await Expect(sut.Problem).ToBeHiddenAsync();
        await Expect(sut.Page.Locator("[aria-invalid]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_seed_that_the_page_cannot_keep_exactly_is_refused()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Prompt.FillAsync("a red circle");
        await sut.Page.GetByLabel("Seed").FillAsync("18446744073709551615");
        await sut.Draw.ClickAsync();

        await Expect(sut.Problem).ToHaveTextAsync("This page takes seeds up to 9007199254740991; larger ones go through the API.");
    }

    [Fact]
    public async Task A_prompt_is_text_and_never_html()
    {
        const string Html = "<img src=x onerror=\"window.hacked = true\"><script>window.hacked = true</script>";
        await using var sut = await Sut.CreateSut(chromium);
        var elsewhere = new List<string>();
        sut.Page.Request += (_, request) => { if (request.Url.StartsWith("http", StringComparison.Ordinal) && new Uri(request.Url).Authority != sut.Root.Authority) elsewhere.Add(request.Url); };
        await sut.Drawn(Html);
        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();

        await Expect(sut.Page.Locator("#caption")).ToHaveTextAsync(Html);
        await Expect(sut.History.First).ToContainTextAsync(Html);
        await Expect(sut.Page.Locator("img[src=x]")).ToHaveCountAsync(0);
        Assert.False(await sut.Page.EvaluateAsync<bool>("'hacked' in window"));
        Assert.Empty(elsewhere);
        Assert.Empty(sut.Errors);

        // And if it were made HTML, the browser would refuse.
        await Assert.ThrowsAsync<PlaywrightException>(() => sut.Page.EvaluateAsync("html => { document.body.innerHTML = html; }", Html));
        await Assert.ThrowsAsync<PlaywrightException>(() => sut.Page.AddScriptTagAsync(new() { Content = "window.hacked = true" }));
        Assert.False(await sut.Page.EvaluateAsync<bool>("'hacked' in window"));
    }
}
