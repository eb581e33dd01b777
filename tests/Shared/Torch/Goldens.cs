using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Tests;

/// <summary>
/// The tensors of a reference file (safetensors: 8-byte header length, JSON header, raw data), read without the code under
/// test, and comparisons with them. Their recipe and tolerances are in <c>tests/Shared/reference/README.md</c>.
/// </summary>
internal sealed class Goldens
{
    private readonly string _fileName;
    private readonly byte[] _file;
    private readonly JsonElement _header;
    private readonly int _dataStart;

    public Goldens(string name)
    {
        _fileName = name;
        _file = File.ReadAllBytes(Repository.Reference(name));
        var headerLength = (int)BitConverter.ToInt64(_file);
        _header = JsonDocument.Parse(_file.AsMemory(8, headerLength)).RootElement;
        _dataStart = 8 + headerLength;
        Names = [.. _header.EnumerateObject().Select(entry => entry.Name).Where(key => key != "__metadata__")];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>A new tensor with the file's dtype, in the caller's dispose scope.</summary>
    public Tensor this[string name]
    {
        get
        {
            var dtype = _header.GetProperty(name).GetProperty("dtype").GetString() switch
            {
                "F32" => ScalarType.Float32,
                "F16" => ScalarType.Float16,
                "I64" => ScalarType.Int64,
                "BOOL" => ScalarType.Bool,
                "U8" => ScalarType.Byte,
                var other => throw new NotSupportedException($"{_fileName}: {name} is {other}."),
            };
            var tensor = empty(Shape(name), dtype);
            tensor.bytes = _file.AsSpan(_dataStart + Range(name).Start, Range(name).Length);
            return tensor;
        }
    }

    public IReadOnlyDictionary<string, Tensor> All() => Names.ToDictionary(name => name, name => this[name]);

    public long[] Shape(string tensor) => [.. _header.GetProperty(tensor).GetProperty("shape").EnumerateArray().Select(n => n.GetInt64())];

    public float[] Floats(string tensor) => MemoryMarshal.Cast<byte, float>(Data(tensor, "F32")).ToArray();

    public long[] Integers(string tensor) => MemoryMarshal.Cast<byte, long>(Data(tensor, "I64")).ToArray();

    public byte[] Bytes(string tensor) => Data(tensor, "U8").ToArray();

    /// <summary>Every element within an absolute tolerance.</summary>
    public void Close(string name, Tensor actual, double tolerance) => TensorAssert.Close(this[name], actual, tolerance, $"{_fileName} {name}");

    public void Close(string name, double actual, double tolerance) => Close(name, tensor((float)actual), tolerance);

    /// <summary>Every element within a share of its own magnitude; below a millionth of the largest element an element is noise.</summary>
    public void CloseRelative(string name, Tensor actual, double tolerance) => TensorAssert.CloseRelative(this[name], actual, tolerance, $"{_fileName} {name}");

    public void CloseRelative(string name, double actual, double tolerance) => CloseRelative(name, tensor((float)actual), tolerance);

    /// <summary>Every element within a share of the tensor's largest magnitude.</summary>
    public void CloseRelativeToMax(string name, Tensor actual, double tolerance)
    {
        var expected = this[name];
        TensorAssert.Close(expected, actual, tolerance * expected.abs().max().item<float>(), $"{_fileName} {name}");
    }

    public void Same(string name, Tensor actual) => TensorAssert.Same(this[name], actual, $"{_fileName} {name}");

    private (int Start, int Length) Range(string tensor)
    {
        var offsets = _header.GetProperty(tensor).GetProperty("data_offsets");
        return (offsets[0].GetInt32(), offsets[1].GetInt32() - offsets[0].GetInt32());
    }

    private ReadOnlySpan<byte> Data(string tensor, string dtype)
    {
        Assert.Equal(dtype, _header.GetProperty(tensor).GetProperty("dtype").GetString());
        var (start, length) = Range(tensor);
        return _file.AsSpan(_dataStart + start, length);
    }
}
