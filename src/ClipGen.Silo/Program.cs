using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Hosting;
using ClipGen.Engine.Devices;
using ClipGen.Silo;

// A GPU node: a silo with devices and without a gateway. Configured by appsettings.json, CLIPGEN__… and --ClipGen:… arguments.
NativeEnvironment.Prepare();
return await ClipGenHost.RunAsync("clipgen-silo", SiloRoles.Gpu, args, silo => silo.UseClipGenDevices());
