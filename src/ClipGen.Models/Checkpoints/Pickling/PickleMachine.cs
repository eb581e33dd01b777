namespace ClipGen.Models.Checkpoints.Pickling;

/// <summary>
/// Reads one pickle of plain values and tensors. It knows the opcodes that state dicts need and a fixed list of globals; anything else is
/// refused by name, so nothing in a file is ever imported or called. One opcode costs a bounded amount of memory, so the whole run is bounded
/// by the length of the pickle.
/// </summary>
internal sealed class PickleMachine(PickleCursor cursor, StorageTable? storages, Budget tensorBytes)
{
    private const byte LatestProtocol = 5;

    private readonly PickleStack stack = new();
    private readonly Dictionary<uint, object?> memo = [];

    /// <summary>Memory that single opcodes may claim beyond their own few bytes, for example copies of text.</summary>
    public Budget Copies { get; } = new("the values of the pickle", PickleTree.Limit(cursor.Length));

    /// <summary>Bytes of tensors, counting a shared storage again for every tensor and a repeated element every time.</summary>
    public Budget TensorBytes => tensorBytes;

    /// <returns>A finite tree of values as <see cref="PyTorchCheckpoint.Root"/> lists them.</returns>
    /// <exception cref="InvalidDataException">The pickle is damaged or holds what is not allowed.</exception>
    public static object? Run(PickleCursor cursor, StorageTable? storages, Budget tensorBytes)
    {
        var machine = new PickleMachine(cursor, storages, tensorBytes);
        while (true)
        {
            var opcode = (Opcode)cursor.Byte();
            if (opcode == Opcode.Stop) break;
            machine.Execute(opcode);
        }
        var root = machine.stack.Pop();
        PickleTree.Check(root, cursor.Length);
        return root;
    }

    private void Execute(Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.Proto: Protocol(cursor.Byte()); break;
            case Opcode.Frame: cursor.Size(8); break;

            case Opcode.None: stack.Push(null); break;
            case Opcode.NewTrue: stack.Push(true); break;
            case Opcode.NewFalse: stack.Push(false); break;
            case Opcode.BinInt: stack.Push(cursor.Int32()); break;
            case Opcode.BinInt1: stack.Push((long)cursor.Byte()); break;
            case Opcode.BinInt2: stack.Push(cursor.UInt16()); break;
            case Opcode.Long1: stack.Push(cursor.Integer(1)); break;
            case Opcode.Long4: stack.Push(cursor.Integer(4)); break;
            case Opcode.BinFloat: stack.Push(cursor.Double()); break;
            case Opcode.ShortBinUnicode: stack.Push(cursor.Text(1)); break;
            case Opcode.BinUnicode: stack.Push(cursor.Text(4)); break;
            case Opcode.BinUnicode8: stack.Push(cursor.Text(8)); break;
            // Python 2's str; torch.load reads it as UTF-8 too.
            case Opcode.ShortBinString: stack.Push(cursor.Text(1)); break;
            case Opcode.BinString: stack.Push(cursor.Text(4)); break;
            case Opcode.ShortBinBytes: stack.Push(cursor.Bytes(1)); break;
            case Opcode.BinBytes: stack.Push(cursor.Bytes(4)); break;
            case Opcode.BinBytes8 or Opcode.ByteArray8: stack.Push(cursor.Bytes(8)); break;

            case Opcode.Mark: stack.Mark(); break;
            case Opcode.Pop: stack.Discard(); break;
            case Opcode.PopMark: stack.PopToMark(); break;
            case Opcode.Dup: stack.Push(stack.Peek()); break;
            case Opcode.BinPut: memo[cursor.Byte()] = stack.Peek(); break;
            case Opcode.LongBinPut: memo[cursor.UInt32()] = stack.Peek(); break;
            case Opcode.Memoize: memo[(uint)memo.Count] = stack.Peek(); break;
            case Opcode.BinGet: stack.Push(Recall(cursor.Byte())); break;
            case Opcode.LongBinGet: stack.Push(Recall(cursor.UInt32())); break;

            case Opcode.EmptyTuple: stack.Push(new PickledTuple()); break;
            case Opcode.Tuple1: Tuple(1); break;
            case Opcode.Tuple2: Tuple(2); break;
            case Opcode.Tuple3: Tuple(3); break;
            case Opcode.Tuple: stack.Push(new PickledTuple(stack.PopToMark())); break;
            case Opcode.EmptyList: stack.Push(new List<object?>()); break;
            case Opcode.Append: Append([stack.Pop()]); break;
            case Opcode.Appends: Append(stack.PopToMark()); break;
            case Opcode.EmptyDict: stack.Push(new PickledDict()); break;
            case Opcode.SetItem: SetOne(); break;
            case Opcode.SetItems: Set(stack.PopToMark()); break;

            case Opcode.Global: stack.Push(PickleGlobals.Resolve(cursor.Line(), cursor.Line())); break;
            case Opcode.StackGlobal: StackGlobal(); break;
            case Opcode.Reduce: Reduce(); break;
            case Opcode.NewObj: NewObject(); break;
            case Opcode.Build: Build(); break;
            case Opcode.BinPersId: stack.Push(Storage(stack.Pop())); break;

            case Opcode.Inst: throw PickleGlobals.Refused(cursor.Line(), cursor.Line());
            default: throw Refused(opcode);
        }
    }

    private static void Protocol(byte version)
    {
        if (version > LatestProtocol) throw new InvalidDataException($"pickle protocol {version} is not known; {LatestProtocol} is the latest");
    }

    private object? Recall(uint slot) => memo.TryGetValue(slot, out var value) ? value : throw new InvalidDataException($"the pickle refers to slot {slot}, which it has not filled");

    private void Tuple(int length)
    {
        var items = new object?[length];
        for (var i = length - 1; i >= 0; i--) items[i] = stack.Pop();
        stack.Push(new PickledTuple(items));
    }

    private void Append(ReadOnlySpan<object?> items)
    {
        if (stack.Peek() is not List<object?> list) throw PickleStack.Unfit(Opcode.Append, "list");
        list.AddRange(items);
    }

    private void SetOne()
    {
        var value = stack.Pop();
        Set([stack.Pop(), value]);
    }

    private void Set(ReadOnlySpan<object?> items)
    {
        if (stack.Peek() is not PickledDict dictionary || items.Length % 2 != 0) throw PickleStack.Unfit(Opcode.SetItems, "dictionary and pairs");
        for (var i = 0; i < items.Length; i += 2) dictionary.Set(items[i], items[i + 1]);
    }

    private void StackGlobal()
    {
        var name = stack.Pop<string>(Opcode.StackGlobal);
        stack.Push(PickleGlobals.Resolve(stack.Pop<string>(Opcode.StackGlobal), name));
    }

    private void Reduce()
    {
        var arguments = stack.Pop<PickledTuple>(Opcode.Reduce);
        var target = stack.Pop();
        if (target is not PickleFunction function) throw new InvalidDataException($"the pickle calls {PickledKind.Of(target)}, which cannot be called");
        stack.Push(function.Apply(this, new PickleArguments(function.Name, arguments)));
    }

    private void NewObject()
    {
        var arguments = stack.Pop<PickledTuple>(Opcode.NewObj);
        var target = stack.Pop();
        if (target is not ScriptClass script || arguments.Count != 0) throw new InvalidDataException($"the pickle makes an object of {PickledKind.Of(target)}; only TorchScript modules are read");
        stack.Push(new PickledObject(script.Name));
    }

    private void Build()
    {
        var state = stack.Pop();
        switch (stack.Peek())
        {
            case PickledObject module:
                module.Attributes = state as PickledDict ?? throw new InvalidDataException($"the state of module {module.ClassName} is {PickledKind.Of(state)}, not a dictionary");
                break;
            // A state dict's _metadata attribute: module versions, which nothing here depends on.
            case PickledDict:
                break;
            default:
                throw PickleStack.Unfit(Opcode.Build, "module or state dict");
        }
    }

    private PickledStorage Storage(object? id) => storages is null
        ? throw new InvalidDataException("the pickle refers to a storage where none can be")
        : storages.Resolve(id);

    private InvalidDataException Refused(Opcode opcode) => new(Enum.IsDefined(opcode)
        ? $"pickle opcode {opcode.ToString().ToUpperInvariant()} is refused: state dicts do not need it"
        : $"byte 0x{(byte)opcode:x2} at {cursor.Position - 1} is no pickle opcode: the pickle is damaged");
}
