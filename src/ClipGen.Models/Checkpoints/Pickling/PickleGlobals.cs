using System.Collections.Frozen;
using System.Text;

namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>What a pickle may name. It lives on the machine's stack only and never reaches the caller.</summary>
internal interface IPickleGlobal
{
    string Name { get; }
}

internal sealed record PickleFunction(string Name, Func<PickleMachine, PickleArguments, object?> Apply) : IPickleGlobal;

/// <summary><c>torch.FloatStorage</c> and its like: the dtype of a storage.</summary>
internal sealed record StorageClass(string Name, TensorType Type) : IPickleGlobal;

/// <summary>A class inside a TorchScript archive, whose objects are read as bags of attributes.</summary>
internal sealed record ScriptClass(string Name) : IPickleGlobal;

/// <summary>The globals that a checkpoint may name, each with our own inert meaning. Everything else is refused.</summary>
internal static class PickleGlobals
{
    private const string ScriptModule = "__torch__";
    private const int LongestName = 512;

    private static readonly FrozenDictionary<string, object> Allowed = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>An <see cref="IPickleGlobal"/>, or the value itself for a constant such as a dtype.</returns>
    public static object Resolve(string module, string name)
    {
        if (module.Length > LongestName || name.Length > LongestName) throw new InvalidDataException($"the pickle names a class with more than {LongestName} characters");
        var full = $"{module}.{name}";
        if (Allowed.TryGetValue(full, out var known)) return known;
        return module == ScriptModule || module.StartsWith(ScriptModule + ".", StringComparison.Ordinal) ? new ScriptClass(full) : throw Refused(module, name);
    }

    public static InvalidDataException Refused(string module, string name) => new(
        $"the pickle asks for {module}.{name}, which is refused: a checkpoint may hold tensors and plain values only, and no code in it is ever run");

    private static IEnumerable<KeyValuePair<string, object>> Build()
    {
        foreach (var type in TensorType.All)
        {
            yield return new($"torch.{type.Dtype}", type.Scalar);
            yield return new($"torch.{type.Storage}", new StorageClass($"torch.{type.Storage}", type));
        }
        PickleFunction[] functions =
        [
            new("collections.OrderedDict", static (_, arguments) => OrderedDict(arguments)),
            new("torch._utils._rebuild_tensor_v2", RebuildTensor),
            new("torch._utils._rebuild_parameter", static (_, arguments) => arguments.Get<PickledTensor>(0)),
            new("torch._utils._rebuild_parameter_with_state", static (_, arguments) => arguments.Get<PickledTensor>(0)),
            new("torch.Size", static (_, arguments) => arguments.Get<PickledTuple>(0)),
            new("torch.device", static (machine, arguments) => Device(machine, arguments)),
            new("_codecs.encode", Encode),
            new("builtins.set", static (_, arguments) => arguments.Get<List<object?>>(0)),
            new("__builtin__.set", static (_, arguments) => arguments.Get<List<object?>>(0)),
            // How TorchScript marks the element type of a list attribute.
            new("torch.jit._pickle.build_intlist", static (_, arguments) => arguments.Get<List<object?>>(0)),
            new("torch.jit._pickle.build_doublelist", static (_, arguments) => arguments.Get<List<object?>>(0)),
            new("torch.jit._pickle.build_boollist", static (_, arguments) => arguments.Get<List<object?>>(0)),
            new("torch.jit._pickle.build_tensorlist", static (_, arguments) => arguments.Get<List<object?>>(0)),
            new("torch.jit._pickle.restore_type_tag", static (_, arguments) => arguments.Get<object>(0)),
        ];
        foreach (var function in functions) yield return new(function.Name, function);
    }

    private static PickledDict OrderedDict(PickleArguments arguments) => arguments.Count == 0
        ? new PickledDict()
        : throw new InvalidDataException("an OrderedDict is built from arguments; torch.save fills it afterwards");

    // (storage, storage_offset, size, stride, requires_grad, backward_hooks[, metadata])
    private static PickledTensor RebuildTensor(PickleMachine machine, PickleArguments arguments)
    {
        machine.Copies.Take(128 + (16L * arguments.Get<PickledTuple>(2).Count) + (16L * arguments.Get<PickledTuple>(3).Count));
        var tensor = new PickledTensor(arguments.Get<PickledStorage>(0), arguments.Get<long>(1), arguments.Sizes(2), arguments.Sizes(3));
        machine.TensorBytes.Take(tensor.ByteCount);
        return tensor;
    }

    private static string Device(PickleMachine machine, PickleArguments arguments)
    {
        var type = arguments.Get<string>(0);
        machine.Copies.Take(type.Length);
        return arguments.Count > 1 ? $"{type}:{arguments.Get<long>(1)}" : type;
    }

    // Python 3 writes bytes this way in the protocol 2 that torch uses.
    private static byte[] Encode(PickleMachine machine, PickleArguments arguments)
    {
        var text = arguments.Get<string>(0);
        if (arguments.Get<string>(1) != "latin1") throw new InvalidDataException("bytes are encoded in another way than latin1");
        machine.Copies.Take(text.Length);
        if (text.Any(c => c > '\xff')) throw new InvalidDataException("bytes are encoded from text that is not latin1");
        return Encoding.Latin1.GetBytes(text);
    }
}
