using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ClipGen.Engine.Devices.Simulation;
using ClipGen.Page.Tests.Fakes;

namespace ClipGen.Page.Tests;

public sealed class DrawingTests(Chromium chromium)
{
    [Fact]
    public async Task The_picture_appears_row_by_row()
    {
        var rows = new ConcurrentDictionary<int, TaskCompletionSource>(Enumerable.Range(1, 3).Select(row => KeyValuePair.Create(row, new TaskCompletionSource())));
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine { AtRow = row => rows[row].Task });
        await sut.Prompt.FillAsync("a red circle");
        await sut.Draw.ClickAsync();

        var seen = new HashSet<string?>();
        for (int row = 1; row <= 3; row++)
        {
            await Expect(sut.Image).ToHaveAttributeAsync("alt", $"Preview, {row} of 4 rows");
            await Expect(sut.Image).ToHaveJSPropertyAsync("naturalWidth", 64);
            await Expect(sut.Page.Locator("#veil")).ToHaveAttributeAsync("style", $"height: {100 - 25 * row}%;");
            await Expect(sut.Status).ToHaveTextAsync(new Regex("^Drawing · "));
            Assert.True(seen.Add(await sut.Image.GetAttributeAsync("src")));
            if (row == 2) await sut.Screenshot("drawing");
            rows[row].SetResult();
        }

        await sut.IsDrawn();
        await Expect(sut.Image).ToHaveAttributeAsync("alt", "a red circle");
        await Expect(sut.Image).ToHaveJSPropertyAsync("naturalWidth", 64);
        await Expect(sut.Page.Locator("#veil")).ToBeHiddenAsync();
        await Expect(sut.Page.Locator("#score")).ToHaveTextAsync(new Regex(@"^score 0\.\d{3} · candidate \d$"));
        Assert.Empty(sut.Errors);
    }

    [Fact]
    public async Task Kept_pictures_are_ranked_and_any_can_be_picked()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn();

        await Expect(sut.Kept).ToHaveCountAsync(4);
        var texts = await sut.Kept.AllInnerTextsAsync();
        double[] scores = [.. texts.Select((text, i) => double.Parse(Regex.Match(text.Trim(), $@"^{i + 1}\. (\d\.\d+)$").Groups[1].Value))];
        Assert.Equal(scores.OrderDescending(), scores);
        await Expect(sut.Kept.First).ToHaveAttributeAsync("aria-pressed", "true");
        string? best = await sut.Image.GetAttributeAsync("src");

        await sut.Kept.Nth(2).ClickAsync();

        await Expect(sut.Kept.Nth(2)).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(sut.Kept.First).ToHaveAttributeAsync("aria-pressed", "false");
        await Expect(sut.Image).Not.ToHaveAttributeAsync("src", best!);
        await Expect(sut.Page.Locator("#score")).ToContainTextAsync($"score {scores[2]:F3}");
        var download = await sut.Page.RunAndWaitForDownloadAsync(() => sut.Page.GetByText("Save picture").ClickAsync());
        Assert.EndsWith(".png", download.SuggestedFilename);
        await sut.Screenshot("grid");
    }

    [Fact]
    public async Task Who_waits_is_told_behind_how_many()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine { Hold = hold.Task });
        await sut.Submit(new { prompt = "first", candidates = 6 });   // four slots: two of them wait
        await sut.Prompt.FillAsync("second");
        await sut.Draw.ClickAsync();

        await Expect(sut.Status).ToHaveTextAsync(new Regex(@"^Waiting · \d+ ahead in the queue"));

        hold.SetResult();
        await sut.IsDrawn();
    }

    [Fact]
    public async Task Who_waits_is_told_for_how_long()
    {
        // A second for each candidate, one after the other: the first generation shows how long one takes.
        await using var sut = await Sut.CreateSut(chromium, new SimulatedDevice(0, new() { Slots = 1, CodesPerImage = 20, StepTime = 0.05, DefaultCandidates = 1 }));
        await sut.Drawn("a first one");
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Page.GetByLabel("Candidates").FillAsync("4");
        await sut.Draw.ClickAsync();

        await Expect(sut.Status).ToHaveTextAsync(new Regex(@"about \d+(\.\d)? s left$"));
        await sut.IsDrawn();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_be_cancelled(bool byKey)
    {
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine { Hold = new TaskCompletionSource().Task });
        await sut.Prompt.FillAsync("a red circle");
        await sut.Prompt.PressAsync("Enter");
        await Expect(sut.Status).ToHaveTextAsync(new Regex("^Drawing"));

        if (byKey) await sut.Page.Keyboard.PressAsync("Escape");
        else await sut.Page.Locator("#cancel").ClickAsync();

        await Expect(sut.Status).ToHaveTextAsync("Cancelled.");
        await Expect(sut.Page.Locator("#cancel")).ToBeHiddenAsync();
        await Expect(sut.Draw).ToHaveAttributeAsync("aria-disabled", "false");
        await Expect(sut.History).ToHaveCountAsync(0);
        await Expect(sut.Problem).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_failure_is_told()
    {
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine { FailureOf = _ => new ArithmeticException("broken weights") });
        await sut.Prompt.FillAsync("a red circle");
        await sut.Draw.ClickAsync();

        await Expect(sut.Problem).ToContainTextAsync("broken weights");
        await Expect(sut.Status).ToHaveTextAsync("");
        await Expect(sut.Draw).ToHaveAttributeAsync("aria-disabled", "false");
    }
}
