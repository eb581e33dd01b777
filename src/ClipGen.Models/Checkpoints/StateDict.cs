using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>Named tensors on the CPU in the order of their file. Owns them: they live until it is disposed, whatever dispose scope is open.</summary>
/// <remarks>Tensors usually lie over the memory-mapped file, so the file must not be changed in place while they live; replacing it is harmless.</remarks>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "The name that PyTorch has taught everyone.")]
public sealed class StateDict : IReadOnlyDictionary<string, Tensor>, IDisposable
{
    private readonly OrderedDictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Takes ownership of the tensors.</summary>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    public StateDict(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        try
        {
            foreach (var (name, tensor) in tensors) this.tensors.Add(name, tensor.DetachFromDisposeScope());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Count => tensors.Count;
    public IEnumerable<string> Keys => tensors.Keys;
    public IEnumerable<Tensor> Values => tensors.Values;

    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Tensor this[string key] => tensors.TryGetValue(key, out var tensor)
        ? tensor
        : throw new KeyNotFoundException($"There is no tensor '{key}' among the {Count} of this state dict.");

    public bool ContainsKey(string key) => tensors.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => tensors.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var tensor in tensors.Values) tensor.Dispose();
        tensors.Clear();
    }
}
