using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Page.Tests;

public sealed class KeyTests(Chromium chromium)
{
    [Fact]
    public async Task The_page_asks_for_the_key_and_goes_on()
    {
        await using var sut = await CreateSut();
        var dialog = sut.Page.GetByRole(AriaRole.Dialog, new() { Name = "API key" });
        await Expect(dialog).ToContainTextAsync("This server asks for an API key.");
        await Give(sut, "another");
        await Expect(dialog).ToContainTextAsync("This API key is not known here.");
        await Give(sut, "alices-key");
        await Expect(dialog).ToBeHiddenAsync();
        await sut.IsLoaded();

        await sut.Drawn();
        await Expect(sut.Image).ToHaveJSPropertyAsync("naturalWidth", 64);
        await sut.Page.ReloadAsync();
        await sut.IsLoaded();
        await Expect(dialog).ToBeHiddenAsync();
        Assert.Empty(sut.Errors);
    }

    [Fact]
    public async Task What_needed_the_key_goes_on_once_it_is_given()
    {
        await using var sut = await CreateSut();
        var dialog = sut.Page.GetByRole(AriaRole.Dialog, new() { Name = "API key" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(sut.Problem).ToHaveTextAsync("No API key was sent; send it as 'Authorization: Bearer KEY'.");
        await sut.Prompt.FillAsync("a red circle");
        await sut.Draw.ClickAsync();

        await Give(sut, "alices-key");

        await sut.IsDrawn();
    }

    private static async Task Give(Sut sut, string key)
    {
        await sut.Page.GetByRole(AriaRole.Textbox, new() { Name = "API key" }).FillAsync(key);
        await sut.Page.Keyboard.PressAsync("Enter");
    }

    private Task<Sut> CreateSut() => Sut.CreateSut(
        chromium,
        new()
        {
            ["ClipGen:Auth:Keys:0:Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("alices-key"))),
            ["ClipGen:Auth:Keys:0:Tenant"] = "alice",
        },
        loaded: false);
}
