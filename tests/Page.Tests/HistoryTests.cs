using System.Text.RegularExpressions;
using ClipGen.Page.Tests.Fakes;

namespace ClipGen.Page.Tests;

public sealed class HistoryTests(Chromium chromium)
{
    [Fact]
    public async Task History_survives_a_reload_and_opens_again()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn("the first", seed: "11");
        await sut.Drawn("the second", seed: "12");
        string? image = await sut.Kept.First.InnerTextAsync();

        await sut.Page.ReloadAsync();
        await sut.IsLoaded();

        await Expect(sut.History).ToHaveCountAsync(2);
        await Expect(sut.History.First).ToContainTextAsync("the second");
        await Expect(sut.History.First.Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 64);
        await sut.History.Nth(1).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Kept).ToHaveCountAsync(4);
        await Expect(sut.Status).ToHaveTextAsync(new Regex("seed 11$"));
        await Expect(sut.Prompt).ToHaveValueAsync("the first");
        await Expect(sut.Page.GetByLabel("Seed")).ToHaveValueAsync("11");
        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Kept.First).ToHaveTextAsync(image);
    }

    [Fact]
    public async Task What_the_server_has_no_longer_is_drawn_again_with_one_click()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn("a red circle", seed: "11");
        string best = await sut.Kept.First.InnerTextAsync();
        await sut.Page.RouteAsync("**/v1/generations/*", route => route.FulfillAsync(new() { Status = 404, Json = new { error = new { message = "There is no such generation.", param = "id" } } }));

        await sut.History.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(sut.Problem).ToHaveTextAsync("The server no longer has this one; Draw makes the same pictures again.");

        await sut.Page.UnrouteAllAsync();
        await sut.Draw.ClickAsync();
        await sut.IsDrawn();
        await Expect(sut.Kept.First).ToHaveTextAsync(best);
    }

    [Fact]
    public async Task Can_be_cleared()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn();
        await Expect(sut.History).ToHaveCountAsync(1);

        await sut.Click("Clear");

        await Expect(sut.History).ToHaveCountAsync(0);
        await sut.Page.ReloadAsync();
        await Expect(sut.Page.GetByText("What you draw in this browser is listed here.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Has_a_bound()
    {
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine());
        await sut.Drawn("the last");
        await sut.Page.EvaluateAsync("""
            async () => {
              const history = await import("/page/history.js");
              const [last] = history.entries();
              for (let i = 0; i < 60; i++) history.add({ ...last, id: `${i}`, title: `number ${i}` });
            }
            """);
        await sut.Page.ReloadAsync();

        await Expect(sut.History).ToHaveCountAsync(50);
        await Expect(sut.History.First).ToContainTextAsync("number 59");
    }
}
