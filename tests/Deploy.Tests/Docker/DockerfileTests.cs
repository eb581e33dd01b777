using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;

namespace ClipGen.Deploy.Tests.Docker;

/// <summary>What the Dockerfiles say, read as Docker reads it.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "docker");

    public static TheoryData<string> Images => new("gateway", "silo", "training", "models");

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_runs_as_somebody_and_is_told_from_others(string image)
    {
        var lines = Instructions(image);

        Assert.Equal("USER 1654:1654", lines.Last(l => l.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith($"LABEL org.opencontainers.image.title=\"clipgen-{image}\"", StringComparison.Ordinal));
        Assert.Single(lines, l => l.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.StartsWith("ADD ", StringComparison.Ordinal) || l.Contains(":latest", StringComparison.Ordinal) || l.Contains("curl", StringComparison.Ordinal));
        // Every base can be replaced by a local one.
        Assert.All(lines.Where(l => l.StartsWith("FROM ", StringComparison.Ordinal)), l => Assert.Matches("^FROM \\$\\{(SDK|BASE)\\}( AS build)?$", l));
        Assert.All(lines.Where(l => l.StartsWith("ARG SDK", StringComparison.Ordinal) || l.StartsWith("ARG BASE", StringComparison.Ordinal)), l => Assert.Matches("^ARG (SDK|BASE)=[a-z0-9./-]+:[0-9][a-z0-9.-]*$", l));
    }

    // The form with a shell would leave the signals to it.
    [Theory]
    [MemberData(nameof(Images))]
    public void What_an_image_starts_is_number_one_and_gets_the_signals(string image)
    {
        var starts = Instructions(image).Where(l => Regex.IsMatch(l, "^(ENTRYPOINT|CMD) ")).ToList();

        Assert.NotEmpty(starts);
        Assert.All(starts, l => Assert.NotEmpty(JsonSerializer.Deserialize<string[]>(l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..])!));
    }

    [Theory]
    [InlineData("gateway", "clipgen-gateway", "ClipGen.Gateway")]
    [InlineData("silo", "clipgen-silo", "ClipGen.Silo")]
    [InlineData("training", "clipgen", "ClipGen.Cli")]
    public void It_starts_what_its_project_makes(string image, string program, string project)
    {
        var lines = Instructions(image);

        Assert.Contains($"<AssemblyName>{program}</AssemblyName>", File.ReadAllText(Path.Combine(Repository.Root, "src", project, $"{project}.csproj")));
        Assert.Contains($"ENTRYPOINT [\"/app/{program}\"]", lines);
        Assert.Contains(lines, l => l.Contains($"dotnet publish src/{project} ", StringComparison.Ordinal));
        // All that the build needs is copied, and none of it is left out of the context.
        string[] copied = [.. lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..^1])];
        Assert.Equal(["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", "build", "src"], copied);
        Assert.All(copied, c => Assert.True(File.Exists(Path.Combine(Repository.Root, c)) || Directory.Exists(Path.Combine(Repository.Root, c)), $"{c} is missing."));
    }

    [Theory]
    [InlineData("gateway", "startup")]
    [InlineData("silo", "ready")]
    public void A_silo_is_asked_by_its_own_executable(string image, string question)
    {
        var lines = Instructions(image);
        var environment = lines.Where(l => l.StartsWith("ENV ", StringComparison.Ordinal)).SelectMany(l => l.Split(' ')[1..]).ToDictionary(v => v.Split('=')[0], v => v.Split('=', 2)[1]);

        Assert.Contains(lines, l => l.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && l.EndsWith($"CMD [\"/app/clipgen-{image}\", \"{HealthCheck.Verb}\", \"{question}\"]", StringComparison.Ordinal));
        Settings.AssertKnown(Settings.Read(environment), image);
        int http = IPEndPoint.Parse(environment["CLIPGEN__Http__Listen"]).Port;
        Assert.Equal(IPEndPoint.Parse(new HttpOptions().Listen).Port, http);
        Assert.Contains($"EXPOSE {http} {new ClusterOptions().SiloPort}", lines);
        Assert.Contains(lines, l => l.StartsWith("VOLUME", StringComparison.Ordinal) && l.Contains(environment["CLIPGEN__Cluster__DataFolder"], StringComparison.Ordinal));
    }

    // The chiseled image has no shell, no package manager and no root; what needs libtorch needs the C++ library of Ubuntu 24.04.
    [Fact]
    public void Bases_are_what_they_must_be()
    {
        Assert.Contains(Instructions("gateway"), l => l.StartsWith("ARG BASE=", StringComparison.Ordinal) && l.EndsWith("-noble-chiseled", StringComparison.Ordinal));
        Assert.DoesNotContain(Instructions("gateway"), l => l.Contains("TORCH", StringComparison.Ordinal));
        foreach (string image in new[] { "silo", "training" })
        {
            Assert.Contains(Instructions(image), l => l.StartsWith("ARG BASE=", StringComparison.Ordinal) && l.EndsWith("-noble", StringComparison.Ordinal));
            Assert.Contains("ARG TORCH=cpu", Instructions(image));
            Assert.Contains(Instructions(image), l => l.Contains("-p:TorchBackend=${TORCH}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_user_is_the_one_that_the_chart_runs_as() =>
        Assert.Contains("runAsUser: 1654", File.ReadAllText(Path.Combine(Repository.Root, "helm", "clipgen-cluster", "templates", "_pod.tpl")));

    /// <summary>Without comments, with lines that go on joined.</summary>
    private static List<string> Instructions(string image)
    {
        string text = File.ReadAllText(Path.Combine(Folder, $"{image}.Dockerfile"));
        return [.. Continued().Replace(Comments().Replace(text, ""), " ").Split('\n').Where(l => l.Length > 0)];
    }

    [GeneratedRegex("^#.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex("\\\\\\n *")]
    private static partial Regex Continued();
}
