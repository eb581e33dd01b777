using System.Numerics;
using static TorchSharp.torch;

namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>
/// Checks what a pickle made before anyone walks it. Through its memo a short pickle can make a list that holds itself, a very deep one, or one
/// that doubles at every level; walking those would never end, overflow the stack or take for ever.
/// </summary>
internal static class PickleTree
{
    private const int DeepestNesting = 100;

    /// <summary>What a pickle of this length may cost or unfold to. Honest ones stay near their own length.</summary>
    public static long Limit(long pickleLength) => 65_536 + (16 * pickleLength);

    public static void Check(object? root, long pickleLength)
    {
        var limit = Limit(pickleLength);
        var measured = new Dictionary<object, Measure>(ReferenceEqualityComparer.Instance);
        var path = new Stack<Node>();
        path.Push(new Node(root, new[] { root }));
        while (path.TryPeek(out var node))
        {
            if (!node.Children.MoveNext())
            {
                path.Pop();
                if (path.TryPeek(out var parent)) parent.Add(measured[node.Value!] = node.Measure, limit);
                continue;
            }
            var child = node.Children.Current;
            if (Children(child) is not { } children) node.Add(new Measure(0, 1), limit);
            else if (!measured.TryGetValue(child!, out var measure))
            {
                // Unfinished until its children are measured: meeting it again before that is a cycle.
                measured.Add(child!, Measure.Unfinished);
                path.Push(new Node(child, children));
                if (path.Count > DeepestNesting) throw TooDeep();
            }
            else if (measure == Measure.Unfinished) throw new InvalidDataException("the pickle holds a value that contains itself");
            else node.Add(measure, limit);
        }
    }

    private static InvalidDataException TooDeep() => new($"the pickle nests values deeper than {DeepestNesting} levels");

    private static IEnumerable<object?>? Children(object? value) => value switch
    {
        null or bool or long or BigInteger or double or string or byte[] or PickledTensor or ScalarType => null,
        List<object?> list => list,
        PickledTuple tuple => tuple,
        PickledDict dictionary => dictionary.Values,
        PickledObject module => [module.Attributes],
        _ => throw new InvalidDataException($"the pickle holds {PickledKind.Of(value)} where a value belongs"),
    };

    /// <param name="Depth">Levels of containers below.</param>
    /// <param name="Size">Values below, a shared one counted every time it is met.</param>
    private readonly record struct Measure(int Depth, long Size)
    {
        public static Measure Unfinished { get; } = new(-1, -1);
    }

    private sealed class Node(object? value, IEnumerable<object?> children)
    {
        public object? Value { get; } = value;
        public IEnumerator<object?> Children { get; } = children.GetEnumerator();
        public Measure Measure { get; private set; } = new(1, 1);

        public void Add(Measure child, long limit)
        {
            // The child was within the limit itself, so the sum cannot overflow.
            Measure = new Measure(Math.Max(Measure.Depth, child.Depth + 1), Measure.Size + child.Size);
            if (Measure.Depth > DeepestNesting) throw TooDeep();
            if (Measure.Size > limit) throw new InvalidDataException($"the pickle repeats values to more than {limit}, which is out of proportion to its length");
        }
    }
}
