using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ClipGen.Silo;

namespace ClipGen.Page.Tests;

/// <summary>With the repository's own model, as <c>clipgen serve</c> runs it.</summary>
public sealed class PictureTests(Chromium chromium)
{
    [Fact]
    public async Task A_prompt_makes_a_picture_and_the_copied_curl_makes_it_again()
    {
        Shell.Require("curl", "jq");
        await using var sut = await CreateSut();
        await sut.Prompt.FillAsync("a large red circle on a white background");
        await sut.Page.GetByLabel("Seed").FillAsync("1");
        await sut.Draw.ClickAsync();
        await sut.IsDrawn();

        await Expect(sut.Image).ToHaveJSPropertyAsync("naturalWidth", 64);
        await Expect(sut.Image).ToHaveAttributeAsync("alt", "a large red circle on a white background");
        await Expect(sut.Page.Locator("#score")).ToHaveTextAsync(new Regex(@"^score 0\.\d{3} · candidate \d$"));
        await Expect(sut.Kept).ToHaveCountAsync(4);
        Assert.Contains("image/", await sut.Page.EvaluateAsync<string>("window.previews.join()"));
        await sut.Screenshot("picture");

        // The second best, so that it matters which one is picked.
        await sut.Kept.Nth(1).ClickAsync();
        byte[] shown = await sut.Saved();
        string command = await sut.Copied("curl");
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        try
        {
            await Shell.Run(folder, command);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(shown)), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "picture.png"), Sut.Token))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Assert.Empty(sut.Errors);
    }

    private async Task<Sut> CreateSut()
    {
        var sut = await Sut.CreateSut(
            chromium,
            new()
            {
                ["ClipGen:Devices:Names:0"] = "cpu",
                ["ClipGen:Engine:Threads"] = "1",
                ["ClipGen:Devices:Models:0"] = Path.Combine(Repository.Root, "src", "ClipGen.Cli", "models", "shapes"),
            },
            Sut.WithClipboard,
            loaded: false,
            silo => silo.UseClipGenDevices());
        // The page is there before the model is, says so, and goes on by itself.
        await sut.IsLoaded();
        await Expect(sut.Problem).ToBeHiddenAsync();
        await sut.Page.EvaluateAsync("""
            () => {
              window.previews = [];
              new MutationObserver(changes => { for (const { target } of changes) if (target.src.startsWith("data:")) window.previews.push(target.src); })
                .observe(document.getElementById("image"), { attributeFilter: ["src"] });
            }
            """);
        return sut;
    }
}
