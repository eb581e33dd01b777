using ClipGen.Cluster.Scheduling;
using CsCheck;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class SumTreeTests
{
    [Fact]
    public void Agrees_with_a_sorted_list() => Gen.Select(Gen.Bool, Gen.Int[0, 20], Gen.Int[1, 9]).Array[1, 200].Sample(changes =>
    {
        SumTree<string> sut = new(Rank.Order);
        SortedList<Rank, int> expected = new(Rank.Order);
        foreach (var (add, value, size) in changes)
        {
            Rank rank = new(value % 7, value);
            if (add && expected.TryAdd(rank, size)) sut.Add(rank, size, $"{rank}");
            if (!add && expected.Remove(rank)) sut.Remove(rank);
            Assert.Equal(expected.Values.Sum(), sut.Sum);
            Assert.Equal(expected.Count == 0 ? null : $"{expected.Keys[0]}", sut.First);
            for (int v = -1; v <= 7; v++)
                Assert.Equal(expected.Where(e => e.Key.Value < v).Sum(e => e.Value), sut.SumBefore(new(v, -1)));
        }
    }, iter: 300);

    [Fact]
    public void Removing_what_is_not_there_is_an_error() =>
        Assert.Throws<KeyNotFoundException>(() => new SumTree<string>(Rank.Order).Remove(new(1, 1)));

    [Fact]
    public void Ranks_are_ordered_by_value_and_then_by_turn()
    {
        Rank[] expected = [new(-1, 9), new(0.5, 1), new(0.5, 2), new(3, 0)];
        Assert.Equal(expected, expected.Reverse().Order(Rank.Order));
    }
}
