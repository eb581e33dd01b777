using ClipGen.Client.Wire;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway.Requests;

/// <summary>
/// Bounds the bodies that are in memory at once, however many clients send large ones. What counts is what has come: a body that is announced
/// and comes slowly keeps nobody out until it is there, which is why this is no limiter of requests.
/// </summary>
internal sealed class BodyBudget(IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>Bytes of each body that are not counted: what asks with a text alone is read whoever else sends what.</summary>
    public const int Uncounted = 64 * 1024;

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);

    private long _held;

    /// <summary>Bytes that count now.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Has the request's body counted as it is read; disposing gives back what it took, once nothing of it is needed any more.</summary>
    public BodyRoom Enter(HttpContext context) => new(this, context, options.Value.BodyTimeout, time);

    /// <exception cref="ApiException">There is no room.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= options.Value.MaxBodyBytesAtOnce) return;
        GiveBack(bytes);
        throw new ApiException(StatusCodes.Status503ServiceUnavailable, WireNames.ErrorTypes.Server, WireNames.ErrorCodes.Overloaded,
            "This server has as many large requests at once as it takes; try again, or elsewhere.")
        {
            RetryAfter = Later,
        };
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _held, -bytes);
}
