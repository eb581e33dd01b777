using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>What a pick costs, in comparisons, since those do not depend on the machine.</summary>
public sealed class FairQueueCostTests
{
    [Theory]
    [InlineData(1000)]
    [InlineData(1)]
    public void Ten_times_as_many_generations_cost_a_pick_little_more(int tenants)
    {
        double few = Cost(generations: 1000, tenants: Math.Max(1, tenants / 10)), many = Cost(generations: 10_000, tenants);
        Assert.InRange(many, 1, 2 * few);
        Assert.InRange(many, 1, 150);
    }

    [Fact]
    public void Arriving_being_put_back_and_being_removed_cost_no_more_than_a_pick()
    {
        CountingOrder order = new();
        QueueSut sut = new(order: order);
        Fill(sut, generations: 10_000, tenants: 1);
        Assert.InRange(order.Calls / 10_000.0, 1, 100);

        var taken = Enumerable.Range(0, 1000).Select(_ => sut.Take()).ToList();
        order.Calls = 0;
        foreach (var (generation, candidate) in taken) sut.Queue.PutBack(generation, [candidate]);
        Assert.InRange(order.Calls / 1000.0, 0, 100);

        order.Calls = 0;
        for (int g = 0; g < 10_000; g++) sut.Queue.Remove($"{g}");
        Assert.InRange(order.Calls / 10_000.0, 1, 100);
        Assert.Equal(0, sut.Queue.Count);
    }

    private static double Cost(int generations, int tenants)
    {
        CountingOrder order = new();
        QueueSut sut = new(order: order);
        Fill(sut, generations, tenants);
        order.Calls = 0;
        int picks = sut.Drain().Count;
        Assert.Equal(generations * 10, picks);
        return order.Calls / (double)picks;
    }

    // 1 to 19 candidates, 10 on average, mixed up.
    private static void Fill(QueueSut sut, int generations, int tenants)
    {
        for (int g = 0; g < generations; g++) sut.Add($"{g}", 10 + (g % 2 == 0 ? 1 : -1) * (g / 2 * 7 % 10), $"t{g % tenants}");
    }

    private sealed class CountingOrder : IComparer<Rank>
    {
        public long Calls { get; set; }

        public int Compare(Rank x, Rank y)
        {
            Calls++;
            return Rank.Order.Compare(x, y);
        }
    }
}
