using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>
/// A PyTorch file, open: what torch.save wrote (zip or the older format) or a TorchScript archive. No code in it is ever run. Tensors are read
/// when opened, straight from the memory-mapped file where its alignment allows.
/// </summary>
public sealed class PyTorchCheckpoint : IDisposable
{
    private const string ModelKey = "model";

    private readonly CheckpointFile file;

    private PyTorchCheckpoint(CheckpointFile file, object? root)
    {
        this.file = file;
        Root = root;
    }

    /// <summary>
    /// What was saved: null (None), <see cref="bool"/>, <see cref="long"/>, <see cref="System.Numerics.BigInteger"/> (beyond 64 bits),
    /// <see cref="double"/>, <see cref="string"/> (also a torch.device, as <c>cpu</c> or <c>cuda:0</c>), <c>byte[]</c>, <see cref="ScalarType"/>
    /// (a torch dtype), <see cref="List{T}"/> of such values (also a set), <see cref="PickledTuple"/> (also a torch.Size),
    /// <see cref="PickledDict"/>, <see cref="PickledTensor"/> (also a Parameter), <see cref="PickledObject"/> (a TorchScript module).
    /// A finite tree, at most 100 levels deep.
    /// </summary>
    public object? Root { get; }

    /// <summary>Reads everything but the tensors' values, and checks that those are where they should be.</summary>
    /// <exception cref="CheckpointException">The file is missing, damaged, of another format, asks for code, or claims more than its size allows.</exception>
    public static PyTorchCheckpoint Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointException.Guard(path, () =>
        {
            var file = CheckpointFile.Open(path);
            try
            {
                return new PyTorchCheckpoint(file, ReadRoot(file));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        });
    }

    /// <summary>The weights, as <see cref="Checkpoint.LoadStateDict"/> describes them. They outlive this checkpoint; the caller disposes them.</summary>
    /// <exception cref="CheckpointException">What was saved is no state dict.</exception>
    public StateDict ToStateDict() => CheckpointException.Guard(file.Path, () => new StateDict(Weights().Select(weight => KeyValuePair.Create(weight.Key, weight.Value.Open()))));

    public void Dispose() => file.Dispose();

    /// <summary>A shared storage counts once for each of its tensors, so honest files (tied weights, an expanded mask) need somewhat more than their size.</summary>
    internal static Budget TensorBudget(CheckpointFile file) => new("the bytes of all tensors", (8 * file.Length) + (1 << 24));

    private static object? ReadRoot(CheckpointFile file) => Checkpoint.Detect(file) switch
    {
        Checkpoint.Format.PyTorchZip => TorchArchive.ReadRoot(file),
        Checkpoint.Format.PyTorchLegacy => TorchLegacyFile.ReadRoot(file),
        _ => throw new InvalidDataException("not a PyTorch file but a safetensors file"),
    };

    private IEnumerable<KeyValuePair<string, PickledTensor>> Weights() => Root switch
    {
        PickledObject module => ScriptModule.Flatten(module, file.Length),
        PickledDict saved when saved.TryGetValue(ModelKey, out var model) && model is PickledDict weights => Named(weights),
        PickledDict weights => Named(weights),
        _ => throw new InvalidDataException($"it holds {PickledKind.Of(Root)} instead of a state dict"),
    };

    private static IEnumerable<KeyValuePair<string, PickledTensor>> Named(PickledDict weights)
    {
        foreach (var (key, value) in weights)
        {
            yield return key is string name && value is PickledTensor tensor
                ? KeyValuePair.Create(name, tensor)
                : throw new InvalidDataException($"entry '{key}' is {PickledKind.Of(value)}, so this is no state dict: it should map names to tensors, or have them under '{ModelKey}'");
        }
    }
}
