using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Gateway;

// A front silo without Torch. Configured by appsettings.json, CLIPGEN__… and --ClipGen:… arguments.
return await ClipGenHost.RunAsync("clipgen-gateway", SiloRoles.Gateway, args, _ => { }, builder => builder.AddClipGenApi(), app => app.MapClipGenApi());
