using ClipGen.Page.Tests.Fakes;

namespace ClipGen.Page.Tests;

/// <summary>For every size, light and dark, with and without a mouse.</summary>
public sealed class LayoutTests(Chromium chromium)
{
    // WCAG 2: relative luminance of a text's colour against the first opaque background behind it.
    private const string TooPale = """
        () => {
          const channels = text => text.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => { for (; element; element = element.parentElement) { const colour = channels(getComputedStyle(element).backgroundColor); if ((colour[3] ?? 1) === 1) return colour; } return [255, 255, 255]; };
          const found = [];
          for (const element of document.querySelectorAll("body *")) {
            const texts = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "") || element.placeholder;
            if (!texts || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
            const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < 4.5) found.push(`${element.tagName} ${element.id} ${element.className} "${element.textContent.trim().slice(0, 30)}": ${contrast.toFixed(2)}`);
          }
          return found;
        }
        """;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Texts_stand_out_from_their_ground(ColorScheme scheme)
    {
        await using var sut = await Sut.CreateSut(chromium, [], new() { ColorScheme = scheme, ViewportSize = new() { Width = 1280, Height = 900 } });
        await sut.Screenshot($"empty-{scheme}");
        await sut.Drawn("a large red circle on a white background");
        await sut.Drawn("a small blue square");
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Screenshot($"drawn-{scheme}");
        Assert.Empty(await sut.Page.EvaluateAsync<string[]>(TooPale));

        await sut.Click("Cluster");
        await Expect(sut.Page.Locator("#silos li")).Not.ToHaveCountAsync(0);
        await sut.Screenshot($"cluster-{scheme}");
        Assert.Empty(await sut.Page.EvaluateAsync<string[]>(TooPale));
        string ground = await sut.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(21, 20, 19)" : "rgb(250, 249, 247)", ground);
    }

    [Fact]
    public async Task Nothing_is_wider_than_a_phone()
    {
        await using var sut = await Sut.CreateSut(chromium, [], new() { ViewportSize = new() { Width = 375, Height = 700 }, HasTouch = true, IsMobile = true });
        await IsAsWideAsThePhone(sut);
        await sut.Drawn("a large red circle on a white background with_a_word_that_is_much_longer_than_the_whole_phone_is_wide_and_has_no_place_to_break");
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Page.GetByLabel("Picture file").SetInputFilesAsync(Repository.Reference("image_landscape.png"));
        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToBeVisibleAsync();
        await sut.Screenshot("phone");
        await IsAsWideAsThePhone(sut);

        await sut.Click("Cluster");
        await Expect(sut.Page.Locator("#silos li")).Not.ToHaveCountAsync(0);
        await sut.Screenshot("phone-cluster");
        await IsAsWideAsThePhone(sut);

        await sut.Click("API key");
        await sut.Screenshot("phone-key");
        await IsAsWideAsThePhone(sut);
    }

    [Fact]
    public async Task Nothing_moves_while_it_is_drawn()
    {
        var hold = new TaskCompletionSource();
        await using var sut = await Sut.CreateSut(chromium, new PaintingEngine { AtRow = _ => hold.Task });
        await sut.Prompt.FillAsync("a red circle");
        var before = await Places(sut);
        await sut.Draw.ClickAsync();
        await Expect(sut.Page.Locator("#cancel")).ToBeVisibleAsync();
        await Expect(sut.Image).ToHaveAttributeAsync("alt", "Preview, 1 of 4 rows");
        Assert.Equal(before, await Places(sut));
        hold.SetResult();
        await sut.IsDrawn();
        Assert.Equal(before, await Places(sut));
    }

    [Fact]
    public async Task Who_wants_no_motion_gets_none()
    {
        await using var sut = await Sut.CreateSut(chromium, [], new() { ReducedMotion = ReducedMotion.Reduce });

        Assert.Equal("none", await sut.Page.Locator("#veil").EvaluateAsync<string>("veil => getComputedStyle(veil).transitionProperty"));
    }

    [Fact]
    public async Task Works_without_a_mouse_and_shows_where_one_is()
    {
        await using var sut = await Sut.CreateSut(chromium);
        var keyboard = sut.Page.Keyboard;
        await Expect(sut.Prompt).ToBeFocusedAsync();
        await keyboard.TypeAsync("a red circle");
        await keyboard.PressAsync("Enter");
        await sut.IsDrawn();

        string[] way = ["add-image", "seed", "submit", "", "", "", "", "", "variation", "more-like-this", "again", "same-seed", "download"];
        var seen = new List<string>();
        for (int i = 0; i < way.Length; i++)
        {
            await keyboard.PressAsync("Tab");
            seen.Add(await sut.Page.EvaluateAsync<string>("document.activeElement.id"));
            Assert.NotEqual("none", await sut.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        }
        Assert.Equal(way, seen);   // without a name: the settings and the four kept pictures

        await keyboard.PressAsync("Shift+Tab");
        await keyboard.PressAsync("Enter");
        await Expect(sut.Prompt).ToBeFocusedAsync();
        await keyboard.TypeAsync("a blue square");   // over the old one, which is selected
        await Expect(sut.Prompt).ToHaveValueAsync("a blue square");
        await sut.Page.Locator("#view-cluster").FocusAsync();
        await keyboard.PressAsync("/");
        await Expect(sut.Prompt).ToBeFocusedAsync();
        await Expect(sut.Prompt).ToHaveValueAsync("a blue square");
    }

    [Fact]
    public async Task Everything_that_can_be_used_has_a_name()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Drawn();
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Page.GetByLabel("Picture file").SetInputFilesAsync(Repository.Reference("image_landscape.png"));
        await Expect(sut.Page.GetByAltText("The prompt's picture")).ToBeVisibleAsync();

        string tree = await sut.Page.Locator("body").AriaSnapshotAsync();
        Assert.DoesNotMatch(@"- (button|textbox|spinbutton|combobox|slider|link|img|progressbar)\s*(:|\[|$)", tree);
    }

    private static async Task IsAsWideAsThePhone(Sut sut) => Assert.Equal(375, await sut.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

    private static async Task<string> Places(Sut sut) => await sut.Page.EvaluateAsync<string>(
        "['composer', 'submit', 'settings', 'frame', 'progress', 'status'].map(id => { const { x, y, width, height } = document.getElementById(id).getBoundingClientRect(); return [id, x, y, width, height].join(' '); }).join('\\n')");
}
