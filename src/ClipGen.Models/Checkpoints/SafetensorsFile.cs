using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>A safetensors file, open. Tensors lie over the memory-mapped file; only those whose offset is not a multiple of their element size are copied.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly CheckpointFile file;
    private readonly SafetensorsHeader header;
    private readonly Dictionary<string, SafetensorsEntry> byName;

    private SafetensorsFile(CheckpointFile file)
    {
        this.file = file;
        header = new SafetensorsHeader(file);
        byName = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The free text entries of the header; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => header.Entries;

    /// <summary>Reads and checks the header, at most 100 MB.</summary>
    /// <exception cref="CheckpointException">The file is missing, damaged, or has a dtype other than F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointException.Guard(path, () =>
        {
            var file = CheckpointFile.Open(path);
            try
            {
                return new SafetensorsFile(file);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    /// <summary>One tensor, on the CPU, contiguous, with the dtype and shape of its entry. The caller disposes it; it outlives this object.</summary>
    /// <remarks>Writing to it changes neither the file nor another tensor's view of it in another process.</remarks>
    /// <exception cref="CheckpointException">There is no tensor of that name, or the file can no longer be read.</exception>
    public Tensor Load(string name) => CheckpointException.Guard(file.Path, () =>
    {
        var entry = byName.GetValueOrDefault(name) ?? throw new InvalidDataException($"it has no tensor '{name}'");
        return Load(entry);
    });

    /// <summary>All tensors, in the order of <see cref="Entries"/>. They outlive this object; the caller disposes them.</summary>
    /// <exception cref="CheckpointException">The file can no longer be read.</exception>
    public StateDict ToStateDict() => CheckpointException.Guard(file.Path, () => new StateDict(Entries.Select(entry => KeyValuePair.Create(entry.Name, Load(entry)))));

    public void Dispose() => file.Dispose();

    private Tensor Load(SafetensorsEntry entry)
    {
        using var flat = file.Elements(entry.Offset, entry.Type, entry.Count);
        return flat.view([.. entry.Shape]);
    }
}
