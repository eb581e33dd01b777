using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Shape">Empty for a scalar.</param>
public sealed record SafetensorsEntry(string Name, ScalarType DType, IReadOnlyList<long> Shape)
{
    internal TensorType Type { get; init; } = null!;
    internal long Count { get; init; }

    /// <summary>First byte, counted from the beginning of the file.</summary>
    internal long Offset { get; init; }
}

/// <summary>The header of a safetensors file, checked as strictly as the reference implementation does: the tensors fill the rest of the file without gaps.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON text: its length.</summary>
    public const int PrefixLength = sizeof(ulong);

    public const string MetadataName = "__metadata__";

    /// <summary>The limit of the reference implementation.</summary>
    private const int LongestHeader = 100_000_000;

    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly List<SafetensorsEntry> entries = [];

    /// <exception cref="InvalidDataException">The header is not valid or does not fit the file.</exception>
    public SafetensorsHeader(CheckpointFile file)
    {
        if (file.Length < PrefixLength) throw new InvalidDataException($"{file.Length} bytes are too few for a safetensors file");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Read(0, PrefixLength));
        if (length > LongestHeader) throw new InvalidDataException($"its header claims {length} bytes; at most {LongestHeader} are possible");
        if ((long)length > file.Length - PrefixLength) throw new InvalidDataException($"its header claims {length} bytes, but the file has only {file.Length - PrefixLength} more: it is damaged or incomplete");
        Read(file.Read(PrefixLength, (long)length), PrefixLength + (long)length, file.Length);
    }

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>In the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    private void Read(byte[] header, long dataOffset, long fileLength)
    {
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("its header is not a JSON object");
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataName)) ReadMetadata(property.Value);
                else entries.Add(ReadEntry(property.Name, property.Value, dataOffset, fileLength));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a value of another kind than asked for, or an escaped half of a surrogate pair.
            throw new InvalidDataException($"its header is not as safetensors has it: {e.Message}", e);
        }
        DemandNoGaps(dataOffset, fileLength);
    }

    private void ReadMetadata(JsonElement element)
    {
        foreach (var property in element.EnumerateObject())
            metadata.Add(property.Name, property.Value.GetString() ?? throw new InvalidDataException($"metadata '{property.Name}' is not text"));
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element, long dataOffset, long fileLength)
    {
        var dtype = Property(element, "dtype", name).GetString();
        var type = TensorType.All.FirstOrDefault(known => known.Safetensors == dtype)
            ?? throw new InvalidDataException($"tensor '{name}' has dtype '{dtype}'; supported are {string.Join(", ", TensorType.All.Select(known => known.Safetensors))}");
        var shape = Numbers(Property(element, "shape", name), name);
        var offsets = Numbers(Property(element, "data_offsets", name), name);
        if (offsets is not [var begin, var end] || begin < 0 || begin > end || end > fileLength - dataOffset)
            throw new InvalidDataException($"tensor '{name}' has data_offsets {TensorLayout.Text(offsets)}; {fileLength - dataOffset} bytes of data are there");
        var count = TensorLayout.Count(shape);
        if (end - begin != count * type.Size)
            throw new InvalidDataException($"tensor '{name}' of dtype {dtype} and shape {TensorLayout.Text(shape)} needs {count * type.Size} bytes, but its data_offsets span {end - begin}");
        return new SafetensorsEntry(name, type.Scalar, shape) { Type = type, Count = count, Offset = dataOffset + begin };
    }

    private static JsonElement Property(JsonElement element, string property, string name) => element.TryGetProperty(property, out var value)
        ? value
        : throw new InvalidDataException($"tensor '{name}' has no {property}");

    private static long[] Numbers(JsonElement element, string name)
    {
        var numbers = new List<long>(2);
        foreach (var item in element.EnumerateArray())
            numbers.Add(item.TryGetInt64(out var number) ? number : throw new InvalidDataException($"tensor '{name}' has a size or offset that is no whole number of 63 bits"));
        return [.. numbers];
    }

    private void DemandNoGaps(long dataOffset, long fileLength)
    {
        var position = dataOffset;
        // An empty tensor sorts before the one that begins at the same place.
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Count))
        {
            if (entry.Offset != position)
                throw new InvalidDataException($"tensor '{entry.Name}' begins at byte {entry.Offset - dataOffset} of the data instead of {position - dataOffset}: tensors must neither overlap nor leave gaps");
            position += entry.Count * entry.Type.Size;
        }
        if (position != fileLength) throw new InvalidDataException($"its tensors end at byte {position}, but the file at {fileLength}");
    }
}
