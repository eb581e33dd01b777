using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Requests;

/// <summary>What one request's body has of the <see cref="BodyBudget"/>, and the time it has to come.</summary>
internal sealed class BodyRoom : IDisposable
{
    private readonly BodyBudget _budget;
    private readonly HttpRequest _request;
    private readonly Stream _body;
    private readonly CancellationTokenSource _late;
    private long _read, _taken;

    public BodyRoom(BodyBudget budget, HttpContext context, TimeSpan patience, TimeProvider time)
    {
        (_budget, _request, _body, _late) = (budget, context.Request, context.Request.Body, new(patience, time));
        _request.Body = new CountedBody(this);
    }

    public void Dispose()
    {
        _request.Body = _body;
        _late.Dispose();
        _budget.GiveBack(Interlocked.Exchange(ref _taken, 0));
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _late.Token);
        int count;
        try
        {
            count = await _body.ReadAsync(buffer, stop.Token);
        }
        catch (OperationCanceledException) when (_late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body comes too slowly.", StatusCodes.Status408RequestTimeout);
        }
        _read += count;
        long more = _read - BodyBudget.Uncounted - _taken;
        if (more <= 0) return count;
        _budget.Take(more);
        _taken += more;
        return count;
    }

    private sealed class CountedBody(BodyRoom room) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => room.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => room.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
