using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>Writes safetensors files that every reader can map without copying.</summary>
public static class SafetensorsWriter
{
    private const int DataAlignment = 64;
    private const int WriteChunk = 1 << 26;

    /// <summary>
    /// Writes the tensors; the file appears under its name only when it is complete. The header lists them in the given order. Their data is laid
    /// out by falling element size, since the format allows no gaps: so each begins at a multiple of its element size, the first at one of 64.
    /// </summary>
    /// <param name="path">An existing file is replaced; readers that have it mapped keep the old one.</param>
    /// <param name="tensors">Any device and strides; dtypes F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL. Not disposed.</param>
    /// <param name="metadata">Free text entries for the header.</param>
    /// <exception cref="CheckpointException">A name occurs twice or is reserved, a dtype is not supported, or the file cannot be written; nothing is left behind.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        CheckpointException.Guard(path, () =>
        {
            var entries = tensors.Select(tensor => new Entry(tensor.Key, tensor.Value, TensorType.Of(tensor.Value.dtype))).ToList();
            if (entries.FirstOrDefault(entry => entry.Name == SafetensorsHeader.MetadataName) is not null) throw new InvalidDataException($"a tensor cannot be called '{SafetensorsHeader.MetadataName}'");
            if (entries.GroupBy(entry => entry.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new InvalidDataException($"two tensors are called '{twice.Key}'");
            var layout = entries.OrderByDescending(entry => entry.Type.Size).ToList();
            var offset = 0L;
            foreach (var entry in layout)
            {
                entry.Begin = offset;
                offset = entry.End = offset + (entry.Tensor.numel() * entry.Type.Size);
            }
            Replace(path, stream =>
            {
                WriteHeader(stream, entries, metadata);
                foreach (var entry in layout) WriteData(stream, entry);
            });
            return true;
        });
    }

    // In the same folder, so that the move is a rename within one file system.
    private static void Replace(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void WriteHeader(Stream stream, IEnumerable<Entry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var entry in entries) WriteEntry(json, entry);
            json.WriteEndObject();
        }
        while ((SafetensorsHeader.PrefixLength + buffer.Length) % DataAlignment != 0) buffer.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[SafetensorsHeader.PrefixLength];
        BinaryPrimitives.WriteInt64LittleEndian(length, buffer.Length);
        stream.Write(length);
        buffer.WriteTo(stream);
    }

    private static void WriteEntry(Utf8JsonWriter json, Entry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.Safetensors);
        json.WriteStartArray("shape");
        foreach (var size in entry.Tensor.shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteData(Stream stream, Entry entry)
    {
        using var detached = entry.Tensor.detach();
        using var local = detached.cpu();
        using var contiguous = local.contiguous();
        using var flat = contiguous.view(-1);
        var chunk = WriteChunk / entry.Type.Size;
        for (var first = 0L; first < flat.shape[0]; first += chunk)
        {
            using var part = flat.narrow(0, first, Math.Min(chunk, flat.shape[0] - first));
            stream.Write(part.bytes);
        }
    }

    private sealed record Entry(string Name, Tensor Tensor, TensorType Type)
    {
        public long Begin { get; set; }
        public long End { get; set; }
    }
}
