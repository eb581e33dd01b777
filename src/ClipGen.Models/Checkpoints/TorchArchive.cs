using System.Text;
using ClipGen.Models.Checkpoints.Pickling;

namespace ClipGen.Models.Checkpoints;

/// <summary>PyTorch's zip format, which torch.save and TorchScript share: <c>name/data.pkl</c> and one entry <c>name/data/key</c> for each storage.</summary>
internal static class TorchArchive
{
    private const string PickleName = "/data.pkl";
    private const int LongestPickle = 1 << 26;

    public static object? ReadRoot(CheckpointFile file)
    {
        var zip = new ZipDirectory(file);
        var pickle = zip.Entries.Values.Where(IsPickle).Take(2).ToArray();
        if (pickle.Length != 1) throw new InvalidDataException($"a zip archive with {(pickle.Length == 0 ? "no" : "more than one")} data.pkl, so not a PyTorch checkpoint");
        var folder = pickle[0].Name[..^PickleName.Length];
        DemandLittleEndian(zip, folder);
        if (pickle[0].Length > LongestPickle) throw new InvalidDataException($"data.pkl has {pickle[0].Length} bytes; at most {LongestPickle} are read");
        return PickleMachine.Run(new PickleCursor(zip.Read(pickle[0])), new Storages(file, zip, folder), PyTorchCheckpoint.TensorBudget(file));
    }

    private static bool IsPickle(ZipEntry entry) => entry.Name.EndsWith(PickleName, StringComparison.Ordinal) && entry.Name.IndexOf('/', StringComparison.Ordinal) == entry.Name.Length - PickleName.Length;

    private static void DemandLittleEndian(ZipDirectory zip, string folder)
    {
        if (!zip.Entries.TryGetValue($"{folder}/byteorder", out var entry)) return;
        var order = entry.Length <= 16 ? Encoding.ASCII.GetString(zip.Read(entry)) : "unknown";
        if (order != "little") throw new InvalidDataException($"its byte order is '{order}'; only 'little' is supported, so save it again on a little-endian machine");
    }

    private sealed class Storages(CheckpointFile file, ZipDirectory zip, string folder) : StorageTable(file.Path)
    {
        protected override IStorageBytes Locate(string key, long byteCount)
        {
            if (!zip.Entries.TryGetValue($"{folder}/data/{key}", out var entry)) throw new InvalidDataException($"storage '{key}' is missing from the archive");
            if (entry.Length != byteCount) throw new InvalidDataException($"storage '{key}' has {entry.Length} bytes instead of {byteCount}");
            return entry.Deflated ? new InflatedBytes(zip.Read(entry)) : new StoredBytes(file, zip.DataOffset(entry));
        }
    }
}
