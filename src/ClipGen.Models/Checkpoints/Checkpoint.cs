using System.Buffers.Binary;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>Reads weights from any supported file; the format is told by content, not by name.</summary>
public static class Checkpoint
{
    private const int Sniffed = 9;

    /// <summary>
    /// Reads the tensors of a safetensors file or of a PyTorch file (zip, the older non-zip format, or a TorchScript archive). A dictionary with a
    /// <c>model</c> entry, as the trainers save it, gives that entry; a bare state dict is taken whole; a TorchScript module gives its parameters
    /// and buffers under dotted names, which includes whole numbers such as OpenAI CLIP's <c>input_resolution</c> that are not weights.
    /// </summary>
    /// <returns>CPU tensors with the dtypes and shapes of the file. The caller disposes them together.</returns>
    /// <exception cref="CheckpointException">The file is missing, damaged, of another format, or holds what a state dict does not.</exception>
    public static StateDict LoadStateDict(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (CheckpointException.Guard(path, () => Detect(path)))
        {
            case Format.Safetensors:
                using (var file = SafetensorsFile.Open(path)) return file.ToStateDict();
            default:
                using (var checkpoint = PyTorchCheckpoint.Load(path)) return checkpoint.ToStateDict();
        }
    }

    internal static Format Detect(string path)
    {
        using var file = CheckpointFile.Open(path);
        return Detect(file);
    }

    internal static Format Detect(CheckpointFile file)
    {
        var head = file.Read(0, Math.Min(Sniffed, file.Length));
        // Neither a zip entry nor PyTorch's magic number has a brace there.
        if (head.Length == Sniffed && head[8] == '{') return Format.Safetensors;
        if (head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) == 0x04034b50) return Format.PyTorchZip;
        if (head.Length >= 2 && head[0] == 0x80) return Format.PyTorchLegacy;
        var first = Convert.ToHexString(head.AsSpan(0, Math.Min(4, head.Length)));
        throw new InvalidDataException($"neither a safetensors nor a PyTorch file (it starts with the bytes '{first}')");
    }

    internal enum Format
    {
        Safetensors,
        PyTorchZip,
        PyTorchLegacy,
    }
}
