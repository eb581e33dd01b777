using ClipGen.Cluster.Telemetry;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

/// <summary>
/// The memory of this process for images that are drawn and not yet stored. Whoever wants to draw images asks for room first, and has it
/// until they are stored; in the order in which they asked. So a store that is away, or slower than the devices, holds up the work and does
/// not fill the memory: what waits here has its codes, which are a hundredth of its images. Thread-safe.
/// </summary>
internal sealed class UnstoredImages(IOptions<ImageStoreOptions> options, ClusterInstruments instruments)
{
    private readonly LinkedList<Waiting> _waiting = [];
    private readonly long _room = options.Value.MaxUnstoredBytes;
    private long _taken;
    private TaskCompletionSource? _nobodyWaits;

    /// <summary>Waits for room; what asks for more than there is gets all of it. Disposing gives it back.</summary>
    /// <param name="images">How many there will be.</param>
    /// <param name="side">Pixels of a side of each: a file is taken to be as large as its pixels, which compression makes it stay below.</param>
    public async Task<IDisposable> EnterAsync(int images, int side, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var place = new Place(this, images, Math.Min(_room, (long)images * side * side * 3));
        LinkedListNode<Waiting> node;
        lock (_waiting)
        {
            if (_waiting.Count == 0 && Take(place)) return place;
            _nobodyWaits ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            node = _waiting.AddLast(new Waiting(place));
        }
        await using (cancellationToken.UnsafeRegister(_ => Leave(node, cancellationToken), null)) return await node.Value.Entered.Task;
    }

    /// <summary>Returns when nobody waits for room: whoever would have to had better not have its codes drawn yet.</summary>
    public Task WhenNobodyWaitsAsync(CancellationToken cancellationToken)
    {
        lock (_waiting) return _nobodyWaits is { } waited ? waited.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    private bool Take(Place place)
    {
        if (_taken + place.Bytes > _room) return false;
        _taken += place.Bytes;
        instruments.UnstoredChanged(place.Images);
        return true;
    }

    private void GiveBack(Place place)
    {
        lock (_waiting)
        {
            _taken -= place.Bytes;
            instruments.UnstoredChanged(-place.Images);
            Admit();
        }
    }

    private void Leave(LinkedListNode<Waiting> node, CancellationToken cancellationToken)
    {
        lock (_waiting)
        {
            if (node.List is null) return;   // it has its room already
            _waiting.Remove(node);
            node.Value.Entered.TrySetCanceled(cancellationToken);
            Admit();   // the next may be smaller
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && Take(first.Value.Place))
        {
            _waiting.RemoveFirst();
            first.Value.Entered.TrySetResult(first.Value.Place);
        }
        if (_waiting.Count > 0) return;
        _nobodyWaits?.TrySetResult();
        _nobodyWaits = null;
    }

    private sealed record Waiting(Place Place)
    {
        public TaskCompletionSource<IDisposable> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place(UnstoredImages owner, int images, long bytes) : IDisposable
    {
        private int _givenBack;

        public int Images => images;

        public long Bytes => bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _givenBack, 1) == 0) owner.GiveBack(this);
        }
    }
}
