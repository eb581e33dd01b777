namespace ClipGen.Models.Checkpoints;

/// <summary>Turns a TorchScript module and its submodules into the names that its state dict would have.</summary>
internal static class ScriptModule
{
    /// <summary>Every tensor attribute, depth first in order of definition. Plain attributes such as <c>training</c> are left out.</summary>
    /// <param name="fileLength">Bounds the names, which grow with the nesting and can be repeated.</param>
    public static IEnumerable<KeyValuePair<string, PickledTensor>> Flatten(PickledObject module, long fileLength)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in Flatten(module, "", new Budget("the names of the module's tensors", 65_536 + (16 * fileLength))))
        {
            // An attribute may have a dot in its name.
            if (!seen.Add(tensor.Key)) throw new InvalidDataException($"two tensors of the module are called '{tensor.Key}'");
            yield return tensor;
        }
    }

    // Recursion is safe: the pickle's values are a tree of limited depth.
    private static IEnumerable<KeyValuePair<string, PickledTensor>> Flatten(PickledObject module, string prefix, Budget names)
    {
        foreach (var (key, value) in module.Attributes)
        {
            if (value is not (PickledTensor or PickledObject)) continue;
            if (key is not string attribute) throw new InvalidDataException($"module {module.ClassName} has an attribute without a name");
            names.Take(prefix.Length + attribute.Length + 1);
            var name = prefix + attribute;
            if (value is PickledTensor tensor)
            {
                yield return KeyValuePair.Create(name, tensor);
                continue;
            }
            foreach (var inner in Flatten((PickledObject)value!, name + ".", names)) yield return inner;
        }
    }
}
