using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// A front silo without Torch. Configured by appsettings.json, CLIPGEN__… and --ClipGen:… arguments.
try
{
    var builder = ClipGenHost.CreateBuilder([new($"{ClusterOptions.SectionName}:Roles:0", SiloRoles.Gateway), .. CommandLineSettings.Read(args)], _ => { });
    await using var app = builder.BuildClipGen();
    await app.RunAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    foreach (string failure in exception.Failures) Console.Error.WriteLine($"clipgen-gateway: {failure}");
    return 2;
}
