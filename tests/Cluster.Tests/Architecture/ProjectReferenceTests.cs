using System.Xml.Linq;

namespace ClipGen.Cluster.Tests.Architecture;

/// <summary>The arrows of design.md §4: a project that references more than its room may is a new arrow, and needs that page changed first.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Abstractions"] = ["Microsoft.Orleans.Sdk"],
        ["Models"] = ["TorchSharp*", "libtorch-*", "SkiaSharp*"],
        ["Engine"] = ["Models"],
        ["Cluster"] = ["Abstractions", "Microsoft.Orleans.*", "Npgsql", "Azure.Storage.Blobs", "Azure.Identity", "OpenTelemetry*"],
        ["Silo"] = ["Cluster", "Engine"],
        ["Gateway"] = ["Cluster", "Client", "Microsoft.AspNetCore.OpenApi"],
        ["Client"] = ["Abstractions", "Microsoft.Orleans.Client", "Microsoft.Extensions.AI.Abstractions", "Microsoft.Extensions.Http"],
        ["Training"] = ["Models"],
        ["Cli"] = ["*"],
    };

    public static TheoryData<string> Projects => new(Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(f => Path.GetFileNameWithoutExtension(f)["ClipGen.".Length..]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_room_may(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"ClipGen.{project} is a room that the design does not have.");
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", $"ClipGen.{project}", $"ClipGen.{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/'))["ClipGen.".Length..])
            .Concat(file.Descendants("PackageReference").Select(r => (string)r.Attribute("Include")!));

        Assert.All(references, reference => Assert.True(allowed.Any(a => Matches(a, reference)), $"ClipGen.{project} may not reference {reference}."));
    }

    // What one may not reference must not come in by way of what one may.
    [Theory]
    [InlineData("ClipGen.Models", "Orleans")]
    [InlineData("ClipGen.Engine", "Orleans")]
    [InlineData("ClipGen.Abstractions", "TorchSharp")]
    [InlineData("ClipGen.Cluster", "TorchSharp")]
    public void Some_have_never_heard_of_others(string assembly, string stranger)
    {
        var seen = new HashSet<string>();
        var open = new Queue<string>([assembly]);
        while (open.TryDequeue(out string? name))
        {
            if (!seen.Add(name)) continue;
            foreach (var reference in System.Reflection.Assembly.Load(name).GetReferencedAssemblies())
            {
                Assert.False(reference.Name!.StartsWith(stranger, StringComparison.Ordinal), $"{assembly} reaches {reference.Name} through {name}.");
                if (reference.Name.StartsWith("ClipGen.", StringComparison.Ordinal)) open.Enqueue(reference.Name);
            }
        }
    }

    private static bool Matches(string pattern, string reference) =>
        pattern.EndsWith('*') ? reference.StartsWith(pattern[..^1], StringComparison.Ordinal) : reference == pattern;
}
