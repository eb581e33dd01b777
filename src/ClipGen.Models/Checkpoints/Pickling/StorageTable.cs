namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>The storages of one checkpoint by key, made when the pickle first names them.</summary>
internal abstract class StorageTable(string path)
{
    private const int LongestKey = 256;

    private readonly Dictionary<string, PickledStorage> storages = new(StringComparer.Ordinal);

    protected IReadOnlyDictionary<string, PickledStorage> Storages => storages;

    /// <param name="id">The pickle's persistent id: ('storage', class, key, location, count[, view]), view being None or (key, first, count).</param>
    public PickledStorage Resolve(object? id)
    {
        if (id is not PickledTuple tuple) throw new InvalidDataException($"a persistent id is {PickledKind.Of(id)}; a storage's is a tuple");
        var parts = new PickleArguments("a persistent id", tuple);
        if (parts.Get<string>(0) != "storage") throw new InvalidDataException("a persistent id is not that of a storage");
        var type = parts.Get<StorageClass>(1).Type;
        var whole = Whole(parts.Get<string>(2), type, parts.Get<long>(4));
        return parts.Count > 5 && tuple[5] is not null ? View(whole, parts.Get<PickledTuple>(5)) : whole;
    }

    /// <summary>Finds the data of a storage, or returns null if it is known only later.</summary>
    protected abstract IStorageBytes? Locate(string key, long byteCount);

    private PickledStorage Whole(string key, TensorType type, long count)
    {
        if (key.Length > LongestKey) throw new InvalidDataException($"a storage key has {key.Length} characters; at most {LongestKey} are accepted");
        var byteCount = TensorLayout.Count([count]) * type.Size;
        if (!storages.TryGetValue(key, out var storage))
        {
            storage = new PickledStorage(path, type, count) { Bytes = Locate(key, byteCount) };
            storages.Add(key, storage);
        }
        if (storage.Type != type || storage.Count != count)
            throw new InvalidDataException($"storage '{key}' is once {storage.Count} of {storage.Type.Dtype} and once {count} of {type.Dtype}");
        return storage;
    }

    private PickledStorage View(PickledStorage whole, PickledTuple view)
    {
        var parts = new PickleArguments("a storage view", view);
        var (first, count) = (parts.Get<long>(1), parts.Get<long>(2));
        if (first < 0 || count < 0 || first > whole.Count || count > whole.Count - first)
            throw new InvalidDataException($"a view of {count} elements at {first} reaches outside its storage of {whole.Count}");
        return new PickledStorage(path, whole.Type, count, whole, first);
    }
}
