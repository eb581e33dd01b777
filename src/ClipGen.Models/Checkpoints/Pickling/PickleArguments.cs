namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>Arguments of a pickled call, taken by position and type.</summary>
internal readonly record struct PickleArguments(string Function, PickledTuple Values)
{
    public int Count => Values.Count;

    public T Get<T>(int index) => Count > index && Values[index] is T value
        ? value
        : throw new InvalidDataException($"argument {index} of {Function} is {(Count > index ? PickledKind.Of(Values[index]) : "missing")}");

    public long[] Sizes(int index)
    {
        var tuple = Get<PickledTuple>(index);
        var sizes = new long[tuple.Count];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = tuple[i] is long size ? size : throw new InvalidDataException($"argument {index} of {Function} holds {PickledKind.Of(tuple[i])} instead of a size");
        return sizes;
    }
}
