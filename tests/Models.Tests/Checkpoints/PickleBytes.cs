using System.Buffers.Binary;
using System.Text;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>Writes pickles opcode by opcode, also those that no pickler would write.</summary>
public sealed class PickleBytes
{
    private readonly MemoryStream stream = new();

    public PickleBytes() => Raw(0x80, 2);

    public byte[] Stop() => Op('.').stream.ToArray();

    public PickleBytes Raw(params byte[] bytes)
    {
        stream.Write(bytes);
        return this;
    }

    public PickleBytes Op(string opcodes) => Raw(Encoding.Latin1.GetBytes(opcodes));

    public PickleBytes Op(char opcode) => Raw((byte)opcode);

    public PickleBytes Repeat(int times, string opcodes)
    {
        for (var i = 0; i < times; i++) Op(opcodes);
        return this;
    }

    public PickleBytes Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').Raw(UInt32((uint)bytes.Length)).Raw(bytes);
    }

    public PickleBytes Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBytes Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleBytes Tuple(params long[] values)
    {
        Op('(');
        foreach (var value in values) Number(value);
        return Op('t');
    }

    /// <summary>A whole <c>_rebuild_tensor_v2</c> call.</summary>
    public PickleBytes Tensor(string key, long count, long offset, long[] shape, long[] strides, string storage = "FloatStorage") =>
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(key, count, storage).Number(offset).Tuple(shape).Tuple(strides).Raw(0x89)
            .Global("collections", "OrderedDict").Op(")RtR");

    public PickleBytes Storage(string key, long count, string storage = "FloatStorage") =>
        Op('(').Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(count).Op("tQ");

    private static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
