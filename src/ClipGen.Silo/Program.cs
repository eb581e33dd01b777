using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Engine.Devices;
using ClipGen.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// A GPU node: a silo with devices and without a gateway. Configured by appsettings.json, CLIPGEN__… and --ClipGen:… arguments.
NativeThreads.BePolite();
try
{
    var builder = ClipGenHost.CreateBuilder([new($"{ClusterOptions.SectionName}:Roles:0", SiloRoles.Gpu), .. CommandLineSettings.Read(args)], silo => silo.UseClipGenDevices());
    await using var app = builder.BuildClipGen();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (OptionsValidationException exception)
{
    foreach (string failure in exception.Failures) Console.Error.WriteLine($"clipgen-silo: {failure}");
    return 2;
}
