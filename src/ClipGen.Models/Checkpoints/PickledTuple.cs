using System.Collections;

namespace ClipGen.Models.Checkpoints;

/// <summary>A Python tuple, or a <c>torch.Size</c>, from a checkpoint. Elements are values as <see cref="PyTorchCheckpoint.Root"/> lists them.</summary>
public sealed class PickledTuple : IReadOnlyList<object?>
{
    private readonly object?[] items;

    internal PickledTuple(params object?[] items) => this.items = items;

    public int Count => items.Length;

    public object? this[int index] => items[index];

    public IEnumerator<object?> GetEnumerator() => ((IEnumerable<object?>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
