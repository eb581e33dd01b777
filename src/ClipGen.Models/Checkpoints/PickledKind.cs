using System.Numerics;
using ClipGen.Models.Checkpoints.Pickling;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints;

/// <summary>Words for what a pickle holds, for error messages.</summary>
internal static class PickledKind
{
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool => "a bool",
        long or BigInteger => "a whole number",
        double => "a float",
        string => "text",
        byte[] => "bytes",
        PickledTensor => "a tensor",
        PickledTuple => "a tuple",
        PickledDict => "a dictionary",
        PickledObject module => $"a module ({module.ClassName})",
        List<object?> => "a list",
        ScalarType => "a dtype",
        PickledStorage => "a bare storage",
        IPickleGlobal global => $"the class or function {global.Name}",
        _ => value.GetType().Name,
    };
}
