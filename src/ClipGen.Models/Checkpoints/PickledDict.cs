using System.Collections;

namespace ClipGen.Models.Checkpoints;

/// <summary>A Python dict or OrderedDict from a checkpoint, in insertion order. Keys are <see cref="string"/> or <see cref="long"/>.</summary>
public sealed class PickledDict : IEnumerable<KeyValuePair<object, object?>>
{
    /// <summary>Hashing a key costs its length, and a pickle repeats a long one in two bytes.</summary>
    private const int LongestKey = 1024;

    private readonly OrderedDictionary<object, object?> entries = new(KeyComparer.Instance);

    internal PickledDict()
    {
    }

    public int Count => entries.Count;
    public IEnumerable<object> Keys => entries.Keys;
    public IEnumerable<object?> Values => entries.Values;

    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public object? this[string key] => entries[key];

    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public object? this[long key] => entries[key];

    public bool TryGetValue(string key, out object? value) => entries.TryGetValue(key, out value);

    public bool TryGetValue(long key, out object? value) => entries.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<object, object?>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Set(object? key, object? value)
    {
        if (key is string { Length: > LongestKey } text) throw new InvalidDataException($"a dictionary key has {text.Length} characters; at most {LongestKey} are accepted");
        if (key is not (string or long)) throw new InvalidDataException($"a dictionary key is {PickledKind.Of(key)}; only text and whole numbers are supported");
        entries[key] = value;
    }

    /// <summary>Hashes numbers with the process's random seed, so that a file cannot choose keys that collide.</summary>
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => Equals(x, y);

        public int GetHashCode(object obj) => obj is long number ? HashCode.Combine((int)number, (int)(number >> 32)) : obj.GetHashCode();
    }
}
