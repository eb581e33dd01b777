namespace ClipGen.Cluster.Scheduling;

/// <summary>
/// Items in order of their rank, each with a size, that can say in O(log n) how much stands before a place. (A sorted set can not.)
/// A treap: a search tree by rank whose shape is that of random insertions. Its random numbers come from a fixed seed; they decide
/// the cost, never an answer.
/// </summary>
internal sealed class SumTree<T>(IComparer<Rank> order)
    where T : class
{
    private Node? _root;
    private ulong _random = 1;

    /// <summary>Sum of all sizes.</summary>
    public int Sum => SumOf(_root);

    /// <summary>The item of the lowest rank; null when empty.</summary>
    public T? First
    {
        get
        {
            var node = _root;
            while (node?.Left is not null) node = node.Left;
            return node?.Item;
        }
    }

    public void Add(Rank rank, int size, T item)
    {
        _random = (_random * 6364136223846793005) + 1442695040888963407;
        _root = Insert(_root, new(rank, size, item, (uint)(_random >> 32)));
    }

    /// <summary>Takes out the item of this rank, which must be there.</summary>
    public void Remove(Rank rank) => _root = Remove(_root, rank);

    /// <summary>Sum of the sizes of items of lower rank.</summary>
    public int SumBefore(Rank rank)
    {
        int sum = 0;
        for (var node = _root; node is not null;)
        {
            bool before = order.Compare(node.Rank, rank) < 0;
            if (before) sum += SumOf(node.Left) + node.Size;
            node = before ? node.Right : node.Left;
        }
        return sum;
    }

    private Node Insert(Node? root, Node node)
    {
        if (root is null) return node.Summed();
        if (node.Height > root.Height)
        {
            (node.Left, node.Right) = Split(root, node.Rank);
            return node.Summed();
        }
        if (order.Compare(node.Rank, root.Rank) < 0) root.Left = Insert(root.Left, node);
        else root.Right = Insert(root.Right, node);
        return root.Summed();
    }

    private (Node? Before, Node? After) Split(Node? root, Rank rank)
    {
        if (root is null) return (null, null);
        if (order.Compare(root.Rank, rank) < 0)
        {
            (root.Right, var after) = Split(root.Right, rank);
            return (root.Summed(), after);
        }
        (var before, root.Left) = Split(root.Left, rank);
        return (before, root.Summed());
    }

    private Node? Remove(Node? root, Rank rank)
    {
        if (root is null) throw new KeyNotFoundException($"Nothing has the rank {rank}.");
        int side = order.Compare(rank, root.Rank);
        if (side == 0) return Merge(root.Left, root.Right);
        if (side < 0) root.Left = Remove(root.Left, rank);
        else root.Right = Remove(root.Right, rank);
        return root.Summed();
    }

    private static Node? Merge(Node? before, Node? after)
    {
        if (before is null) return after;
        if (after is null) return before;
        if (before.Height > after.Height)
        {
            before.Right = Merge(before.Right, after);
            return before.Summed();
        }
        after.Left = Merge(before, after.Left);
        return after.Summed();
    }

    private static int SumOf(Node? node) => node?.Sum ?? 0;

    private sealed class Node(Rank rank, int size, T item, uint height)
    {
        public readonly Rank Rank = rank;
        public readonly int Size = size;
        public readonly T Item = item;
        public readonly uint Height = height;   // no node stands above a higher one
        public Node? Left, Right;
        public int Sum;

        public Node Summed()
        {
            Sum = SumOf(Left) + Size + SumOf(Right);
            return this;
        }
    }
}
