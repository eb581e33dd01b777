using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>Clients with the shortest of pauses.</summary>
internal static class Clients
{
    public static ServiceProvider Http(Uri address, Action<ClipGenHttpOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        if (time is not null) services.AddSingleton(time);
        services.AddClipGenClient(o =>
        {
            o.BaseAddress = address;
            o.RetryDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(o);
        });
        return services.BuildServiceProvider();
    }

    public static ServiceProvider InCluster(IGrainFactory grains, Action<ClipGenClusterOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        if (time is not null) services.AddSingleton(time);
        services.AddClipGenClient(grains, o =>
        {
            o.RetryDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(o);
        });
        return services.BuildServiceProvider();
    }
}
