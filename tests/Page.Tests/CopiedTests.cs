using System.Security.Cryptography;
using System.Text;

namespace ClipGen.Page.Tests;

/// <summary>What the page gives to copy, run as it is: the real curl and the real clipgen in a real shell, and a real C# project. Each makes the picture that is shown.</summary>
public sealed class CopiedTests(Chromium chromium, ConsoleProject project) : IClassFixture<ConsoleProject>
{
    /// <summary>Everything that shells, JSON or C# could take for something of their own, line breaks of every kind among it.</summary>
    private const string Hostile = "it's a \"red\" $HOME $(echo circle) `date` \\n \\\\ back\\slash %s !x #{y} {{z}}\n\tsecond; line & | > < 'q' \u0085\u2028\u2029 \u007f naïve 環 🎈 \"\"\" END";

    private const string Key = "alices-key";

    [Theory]
    [InlineData(Hostile, null, 50, "png")]
    [InlineData("--help", null, 50, "webp")]
    [InlineData("@nobody $x", null, 50, "png")]
    [InlineData("/?", null, 50, "png")]
    [InlineData("", "my $own 'cat' \"x\" `y`.png", 50, "png")]
    [InlineData(Hostile, "-n 環.png", 50, "jpeg")]
    [InlineData("-5 degrees", "@cat.png", 30, "png")]
    [InlineData(Hostile, "cat.png", 85, "png")]
    public async Task As_curl_and_as_clipgen(string prompt, string? image, int weight, string format)
    {
        Shell.Require("curl", "jq");
        await using var sut = await Sut.CreateSut(chromium, [], Sut.WithClipboard);
        byte[] shown = await SecondBest(sut, prompt, image, weight, format);
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName;
        try
        {
            if (image is not null) File.Copy(Picture, Path.Combine(folder, image));

            await Shell.Run(folder, await sut.Copied("curl"));
            AssertSame(shown, await File.ReadAllBytesAsync(Path.Combine(folder, $"picture.{(format == "jpeg" ? "jpg" : format)}"), Sut.Token));

            await Shell.Run(folder, Clipgen + await sut.Copied("CLI"));
            AssertAmong(Path.Combine(folder, "out"), shown);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(Hostile, null, 50, "png")]
    [InlineData("", "my $own 'cat' \"x\".png", 50, "jpeg")]
    [InlineData("a red circle", "cat.png", 50, "png")]
    [InlineData(Hostile, "cat\\環.png", 30, "webp")]
    public async Task As_a_program(string prompt, string? image, int weight, string format)
    {
        await using var sut = await Sut.CreateSut(chromium, [], Sut.WithClipboard);
        byte[] shown = await SecondBest(sut, prompt, image, weight, format);
        if (image is not null) File.Copy(Picture, Path.Combine(project.Folder, image), overwrite: true);

        await project.RunAsync(await sut.Copied("C#"));

        AssertSame(shown, await File.ReadAllBytesAsync(Path.Combine(project.Folder, $"picture.{(format == "jpeg" ? "jpg" : format)}"), Sut.Token));
    }

    [Fact]
    public async Task With_a_key_they_take_it_from_the_environment()
    {
        Shell.Require("curl", "jq");
        await using var sut = await Sut.CreateSut(
            chromium,
            new() { ["ClipGen:Auth:Keys:0:Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key))), ["ClipGen:Auth:Keys:0:Tenant"] = "alice" },
            Sut.WithClipboard,
            loaded: false);
        await sut.Page.GetByRole(AriaRole.Textbox, new() { Name = "API key" }).FillAsync(Key);
        await sut.Page.Keyboard.PressAsync("Enter");
        await sut.IsLoaded();
        byte[] shown = await SecondBest(sut, "a red circle");
        string curl = await sut.Copied("curl"), cli = await sut.Copied("CLI"), csharp = await sut.Copied("C#");
        Assert.All([curl, cli, csharp], text => Assert.DoesNotContain(Key, text));
        string folder = Directory.CreateTempSubdirectory("clipgen-").FullName, given = $"export CLIPGEN_API_KEY={Key}\n";
        try
        {
            await Shell.Run(folder, given + curl);
            AssertSame(shown, await File.ReadAllBytesAsync(Path.Combine(folder, "picture.png"), Sut.Token));

            await Shell.Run(folder, given + Clipgen + cli);
            AssertAmong(Path.Combine(folder, "out"), shown);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Assert.Contains("options.ApiKey = Environment.GetEnvironmentVariable(\"CLIPGEN_API_KEY\");", csharp);
    }

    private static string Picture => Repository.Reference("image_landscape.png");

    /// <summary>The program itself, by the name that one types.</summary>
    private static string Clipgen => $"clipgen() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "clipgen.dll")}' \"$@\"; }}\n";

    /// <summary>Draws and picks the second best of the kept pictures, so that it matters which one is picked.</summary>
    /// <returns>Its file.</returns>
    private static async Task<byte[]> SecondBest(Sut sut, string prompt, string? image = null, int weight = 50, string format = "png")
    {
        await sut.Prompt.FillAsync(prompt);
        if (image is not null)
        {
            await sut.Page.GetByLabel("Picture file").SetInputFilesAsync(new FilePayload { Name = image, MimeType = "image/png", Buffer = await File.ReadAllBytesAsync(Picture, Sut.Token) });
            await Expect(sut.Page.Locator("#image-prompt-name")).ToHaveTextAsync(image);
            if (prompt.Length > 0) await sut.Page.GetByRole(AriaRole.Slider).FillAsync($"{weight}");
        }
        await sut.Page.GetByText("Settings").ClickAsync();
        await sut.Page.GetByLabel("Format").SelectOptionAsync(format);
        await sut.Draw.ClickAsync();
        await sut.IsDrawn();
        await sut.Kept.Nth(1).ClickAsync();
        return await sut.Saved();
    }

    private static void AssertSame(byte[] expected, byte[] actual) => Assert.Equal(Convert.ToHexString(SHA256.HashData(expected)), Convert.ToHexString(SHA256.HashData(actual)));

    /// <summary>clipgen writes all four that were kept.</summary>
    private static void AssertAmong(string folder, byte[] shown)
    {
        string[] written = [.. Directory.GetFiles(folder).Where(file => Path.GetExtension(file) != ".json" && !Path.GetFileName(file).StartsWith("prompt-", StringComparison.Ordinal)).Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))))];
        Assert.Equal(4, written.Length);
        Assert.Contains(Convert.ToHexString(SHA256.HashData(shown)), written);
    }
}
