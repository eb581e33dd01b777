using System.Runtime.InteropServices;
using System.Text.Json;

namespace ClipGen.Models.Tests.Imaging;

/// <summary>The tensors of a reference file (safetensors: 8-byte header length, JSON header, raw data), read without the code under test.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] _file;
    private readonly JsonElement _header;
    private readonly int _dataStart;

    public GoldenTensors(string name)
    {
        _file = File.ReadAllBytes(Repository.Reference(name));
        var headerLength = (int)BitConverter.ToInt64(_file);
        _header = JsonDocument.Parse(_file.AsMemory(8, headerLength)).RootElement;
        _dataStart = 8 + headerLength;
    }

    public long[] Shape(string tensor) => [.. _header.GetProperty(tensor).GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];

    public float[] Floats(string tensor) => MemoryMarshal.Cast<byte, float>(Data(tensor, "F32")).ToArray();

    public long[] Integers(string tensor) => MemoryMarshal.Cast<byte, long>(Data(tensor, "I64")).ToArray();

    public byte[] Bytes(string tensor) => Data(tensor, "U8").ToArray();

    private ReadOnlySpan<byte> Data(string tensor, string dtype)
    {
        var entry = _header.GetProperty(tensor);
        Assert.Equal(dtype, entry.GetProperty("dtype").GetString());
        var offsets = entry.GetProperty("data_offsets");
        var (start, end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
        return _file.AsSpan(_dataStart + start, end - start);
    }
}
