using System.Diagnostics;
using System.Text.Json;

namespace ClipGen.Deploy.Tests.Docker;

/// <summary>
/// The Dockerfiles are built. Registries cannot be counted on, so bases are local ones with a shell and a <c>dotnet</c> that writes down what it was asked
/// and makes an empty program; everything else is as it will be.
/// </summary>
public sealed class BuildTests : IDisposable
{
    private const string Shell = "/bin/busybox";

    private static readonly string? Buildah = Parts.Find("buildah");

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgen-images-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("gateway", "clipgen-gateway", "publish src/ClipGen.Gateway --configuration Release --output /app")]
    [InlineData("silo", "clipgen-silo", "publish src/ClipGen.Silo --configuration Release -p:TorchBackend=cuda --output /app", "TORCH=cuda")]
    [InlineData("training", "clipgen", "publish src/ClipGen.Cli --configuration Release -p:TorchBackend=cpu --output /app")]
    public async Task An_image_is_built(string image, string program, string asked, params string[] arguments)
    {
        await MakeBasesAsync(program);

        string log = await BuildAsync(image, Repository.Root, arguments);

        Assert.Contains($"dotnet {asked}", log);
        var config = await InspectAsync();
        Assert.Equal("1654:1654", config.GetProperty("User").GetString());
        Assert.Equal([$"/app/{program}"], Strings(config.GetProperty("Entrypoint")));
        Assert.Equal("SIGTERM", config.GetProperty("StopSignal").GetString());
        Assert.Equal(image == "training" ? "NONE" : "CMD", Strings(config.GetProperty("Healthcheck").GetProperty("Test")).First());
        if (image != "training") Assert.Equal(["11111/tcp", "8080/tcp"], config.GetProperty("ExposedPorts").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.NotEmpty(config.GetProperty("Volumes").EnumerateObject());
    }

    [Fact]
    public async Task Models_are_an_image_too()
    {
        await MakeBasesAsync("none");
        string context = Path.Combine(_folder, "models");
        Directory.CreateDirectory(Path.Combine(context, "shapes"));
        await File.WriteAllTextAsync(Path.Combine(context, "shapes", "bundle.json"), "{}", TestContext.Current.CancellationToken);

        await BuildAsync("models", context);

        var config = await InspectAsync();
        Assert.Equal("1654:1654", config.GetProperty("User").GetString());
        Assert.Equal(["cp", "-R", "/models/.", "/target"], Strings(config.GetProperty("Cmd")));
    }

    private async Task MakeBasesAsync(string program)
    {
        Parts.Require(Buildah is not null, "buildah");
        Parts.Require(File.Exists(Shell), $"{Shell} (busybox-static)");
        string sdk = Path.Combine(_folder, "sdk"), bin = Path.Combine(sdk, "bin");
        foreach (string folder in new[] { bin, Path.Combine(sdk, "tmp"), Path.Combine(sdk, "root", ".nuget", "packages") }) Directory.CreateDirectory(folder);
        File.Copy(Shell, Path.Combine(bin, "busybox"));
        foreach (string link in new[] { "sh", "mkdir", "touch" }) File.CreateSymbolicLink(Path.Combine(bin, link), "busybox");
        await File.WriteAllTextAsync(Path.Combine(bin, "dotnet"), $"#!/bin/sh\necho \"dotnet $*\"\nmkdir /app && touch /app/{program}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "Base"), "FROM scratch\nCOPY sdk /\nRUN [\"/bin/busybox\", \"chmod\", \"755\", \"/bin/dotnet\"]\nENV PATH=/bin\n", TestContext.Current.CancellationToken);
        await RunAsync("bud", "--isolation", "chroot", "-t", "localhost/base:1", "-f", Path.Combine(_folder, "Base"), _folder);
    }

    private Task<string> BuildAsync(string image, string context, params string[] arguments) => RunAsync(
    [
        "bud", "--isolation", "chroot", "--format", "docker", "-t", "localhost/image:1",
        .. new[] { "SDK=localhost/base:1", "BASE=localhost/base:1" }.Concat(arguments).SelectMany(a => new[] { "--build-arg", a }),
        "-f", Path.Combine(Repository.Root, "deploy", "docker", $"{image}.Dockerfile"), context,
    ]);

    private async Task<JsonElement> InspectAsync()
    {
        using var inspected = JsonDocument.Parse(await RunAsync("inspect", "--type", "image", "localhost/image:1"));
        return inspected.RootElement.GetProperty("Docker").GetProperty("config").Clone();
    }

    private static IEnumerable<string?> Strings(JsonElement list) => list.EnumerateArray().Select(e => e.GetString());

    /// <summary>Runs buildah with a store of its own, and returns all it said.</summary>
    private async Task<string> RunAsync(params string[] arguments)
    {
        string[] all = ["--storage-driver", "vfs", "--root", Path.Combine(_folder, "store"), "--runroot", Path.Combine(_folder, "run"), .. arguments];
        using var process = Process.Start(new ProcessStartInfo(Buildah!, all) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"buildah {string.Join(' ', arguments)}: {await output}{await errors}");
        return arguments[0] == "inspect" ? await output : await output + await errors;
    }
}
