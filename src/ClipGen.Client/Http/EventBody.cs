using ClipGen.Client.Calls;

namespace ClipGen.Client.Http;

/// <summary>
/// The bytes of an event stream. Nothing for too long, not even a heartbeat comment (which no parser shows), and a broken connection are
/// told as what they are to a caller: unavailable, to be taken up again.
/// </summary>
internal sealed class EventBody(Stream inner, TimeSpan idleTimeout, TimeProvider time) : Stream
{
    private readonly CancellationTokenSource _idle = new(Timeout.InfiniteTimeSpan, time);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
        try
        {
            _idle.CancelAfter(idleTimeout);
            int read = await inner.ReadAsync(buffer, either.Token);
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);   // how long the caller takes for an event is its own affair
            return read;
        }
        catch (OperationCanceledException e) when (_idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClipGenUnavailableException($"Nothing came on the event stream for {idleTimeout.TotalSeconds:0.###} s.", ClientErrorCodes.Timeout, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ClipGenUnavailableException($"The event stream broke: {e.Message}", ClientErrorCodes.ConnectionLost, e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _idle.Dispose();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
