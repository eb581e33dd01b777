using System.Collections.Immutable;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>A dtype that checkpoints hold, under its names in every format.</summary>
/// <param name="Scalar">TorchSharp's name.</param>
/// <param name="Size">Bytes an element.</param>
/// <param name="Safetensors">The name in a safetensors header.</param>
/// <param name="Dtype">The name of <c>torch.float32</c> and its like, without the module.</param>
/// <param name="Storage">The storage class that a pickle names, without the module.</param>
internal sealed record TensorType(ScalarType Scalar, int Size, string Safetensors, string Dtype, string Storage)
{
    public static ImmutableArray<TensorType> All { get; } =
    [
        new(ScalarType.Float64, 8, "F64", "float64", "DoubleStorage"),
        new(ScalarType.Float32, 4, "F32", "float32", "FloatStorage"),
        new(ScalarType.Float16, 2, "F16", "float16", "HalfStorage"),
        new(ScalarType.BFloat16, 2, "BF16", "bfloat16", "BFloat16Storage"),
        new(ScalarType.Int64, 8, "I64", "int64", "LongStorage"),
        new(ScalarType.Int32, 4, "I32", "int32", "IntStorage"),
        new(ScalarType.Int16, 2, "I16", "int16", "ShortStorage"),
        new(ScalarType.Int8, 1, "I8", "int8", "CharStorage"),
        new(ScalarType.Byte, 1, "U8", "uint8", "ByteStorage"),
        new(ScalarType.Bool, 1, "BOOL", "bool", "BoolStorage"),
    ];

    public static TensorType Of(ScalarType scalar) => All.FirstOrDefault(type => type.Scalar == scalar)
        ?? throw new InvalidDataException($"dtype {scalar} is not supported; supported are {string.Join(", ", All.Select(type => type.Scalar))}");
}
