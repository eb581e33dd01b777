using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Endpoints;

/// <summary>Counts the event streams of this process, and lets no more in than there may be.</summary>
internal sealed class OpenStreams(IOptions<ApiOptions> options)
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private int _open;

    /// <summary>Streams that are open now.</summary>
    public int Count => Volatile.Read(ref _open);

    /// <summary>Takes a place, before anything is done for the stream; disposing gives it back.</summary>
    /// <exception cref="ApiException">All are taken.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) <= options.Value.MaxEventStreams) return new Place(this);
        Interlocked.Decrement(ref _open);
        throw new ApiException(StatusCodes.Status503ServiceUnavailable, WireNames.ErrorTypes.Server, WireNames.ErrorCodes.Overloaded,
            $"This server has {options.Value.MaxEventStreams} event streams open and takes no more; try again, elsewhere, or ask without a stream.")
        {
            RetryAfter = Later,
        };
    }

    private sealed class Place(OpenStreams streams) : IDisposable
    {
        private OpenStreams? _streams = streams;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _streams, null) is { } left) Interlocked.Decrement(ref left._open);
        }
    }
}
