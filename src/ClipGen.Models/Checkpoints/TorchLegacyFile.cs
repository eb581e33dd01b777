using System.Buffers.Binary;
using System.Numerics;
using ClipGen.Models.Checkpoints.Pickling;

namespace ClipGen.Models.Checkpoints;

/// <summary>
/// The torch.save format before 1.6, a row of pickles and then raw data: magic number, protocol version, facts about the writing machine, the
/// value itself, the list of storage keys; then for each key a 64-bit element count and the elements.
/// </summary>
internal static class TorchLegacyFile
{
    private const int LongestPickles = 1 << 26;
    private const long Protocol = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    public static object? ReadRoot(CheckpointFile file)
    {
        var cursor = new PickleCursor(file.Read(0, Math.Min(file.Length, LongestPickles)));
        var budget = PyTorchCheckpoint.TensorBudget(file);
        if (PickleMachine.Run(cursor, null, budget) is not BigInteger magic || magic != Magic) throw new InvalidDataException("a pickle without PyTorch's magic number, so not a PyTorch checkpoint");
        if (PickleMachine.Run(cursor, null, budget) is not Protocol) throw new InvalidDataException($"its format is not version {Protocol}");
        if (PickleMachine.Run(cursor, null, budget) is not PickledDict machine || !machine.TryGetValue("little_endian", out var little) || little is not true)
            throw new InvalidDataException("it was written on a big-endian machine; only little-endian is supported, so save it again on a little-endian machine");
        var storages = new Storages(file);
        var root = PickleMachine.Run(cursor, storages, budget);
        if (PickleMachine.Run(cursor, null, budget) is not List<object?> keys) throw new InvalidDataException("the list of storage keys is missing after the pickle");
        storages.Place(keys, cursor.Position);
        return root;
    }

    private sealed class Storages(CheckpointFile file) : StorageTable(file.Path)
    {
        /// <summary>Finds the data of each storage, from <paramref name="offset"/> on, in the order of the keys.</summary>
        public void Place(List<object?> keys, long offset)
        {
            foreach (var item in keys)
            {
                if (item is not string key || !Storages.TryGetValue(key, out var storage)) throw new InvalidDataException("the list of storage keys names one that no tensor uses");
                var count = BinaryPrimitives.ReadInt64LittleEndian(file.Read(offset, sizeof(long)));
                if (count != storage.Count) throw new InvalidDataException($"storage '{key}' has {count} elements instead of {storage.Count}");
                offset += sizeof(long);
                storage.Bytes = new StoredBytes(file, offset);
                offset += count * storage.Type.Size;
                if (offset > file.Length) throw new InvalidDataException($"storage '{key}' reaches past the end of the file: it is incomplete");
            }
            if (Storages.FirstOrDefault(pair => pair.Value.Bytes is null).Key is { } missing) throw new InvalidDataException($"storage '{missing}' has no data in the file");
        }

        protected override IStorageBytes? Locate(string key, long byteCount) => null;
    }
}
