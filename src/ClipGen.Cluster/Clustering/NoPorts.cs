using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Clustering;

/// <summary>
/// A silo that is alone needs no socket: it talks to itself in memory. Its endpoint is then a name, two of them cannot collide,
/// and no stranger can connect.
/// </summary>
internal static class NoPorts
{
    public static ISiloBuilder UseNoPorts(this ISiloBuilder silo)
    {
        // Orleans registers its listeners under keys of its own; the one without a key is the web server's, which is to listen.
        for (int i = 0; i < silo.Services.Count; i++)
        {
            var service = silo.Services[i];
            if (service.ServiceType == typeof(IConnectionListenerFactory) && service.IsKeyedService)
                silo.Services[i] = ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory>(service.ServiceKey, new SilentFactory());
        }
        return silo;
    }

    private sealed class SilentFactory : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new SilentListener(endpoint));
    }

    private sealed class SilentListener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _nobody = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_nobody.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

        public ValueTask DisposeAsync()
        {
            _nobody.TrySetResult(null);
            return default;
        }
    }
}
