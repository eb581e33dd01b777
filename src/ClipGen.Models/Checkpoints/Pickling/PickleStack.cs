namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>The pickle machine's stack with its marks. Nothing below the latest mark can be taken.</summary>
internal sealed class PickleStack
{
    private readonly List<object?> items = [];
    private readonly List<int> marks = [];

    public void Push(object? value) => items.Add(value);

    public void Mark() => marks.Add(items.Count);

    public object? Peek() => items.Count > Floor ? items[^1] : throw new InvalidDataException("the pickle takes a value from an empty stack");

    public object? Pop()
    {
        var value = Peek();
        items.RemoveAt(items.Count - 1);
        return value;
    }

    public T Pop<T>(Opcode by) where T : class => Pop() as T ?? throw Unfit(by, typeof(T).Name);

    /// <summary>POP discards a value, or a mark that lies on top.</summary>
    public void Discard()
    {
        if (marks.Count > 0 && items.Count == Floor) marks.RemoveAt(marks.Count - 1);
        else Pop();
    }

    public object?[] PopToMark()
    {
        if (marks.Count == 0) throw new InvalidDataException("the pickle closes a group that it has not opened");
        var first = Floor;
        var values = items[first..].ToArray();
        items.RemoveRange(first, items.Count - first);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    public static InvalidDataException Unfit(Opcode opcode, string wanted) => new($"the pickle applies {opcode} to something that is not a {wanted}");

    private int Floor => marks.Count == 0 ? 0 : marks[^1];
}
