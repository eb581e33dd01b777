using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

/// <summary>Tenants get their shares.</summary>
public sealed class FairnessTests
{
    private readonly QueueSut _sut = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(0.3, 0.1)]
    [InlineData(7, 1)]
    public void Every_window_of_picks_is_shared_by_weight_to_within_one(double weightA, double weightB)
    {
        _sut.Add("a", 900, tenant: "A", weightA);
        _sut.Add("b", 900, tenant: "B", weightB);
        string[] picks = _sut.Take(picks: 800);
        double share = weightA / (weightA + weightB);
        int window = (int)Math.Round((weightA + weightB) / Math.Min(weightA, weightB));
        foreach (int length in (int[])[window, 5 * window, 20 * window])
        {
            for (int first = 0; first + length <= picks.Length; first++)
                Assert.InRange(picks.Skip(first).Take(length).Count(p => p == "a"), (share * length) - 1.001, (share * length) + 1.001);
        }
    }

    [Fact]
    public void Many_generations_are_worth_no_more_than_one()
    {
        for (int i = 0; i < 50; i++) _sut.Add($"a{i}", 2, tenant: "A");
        _sut.Add("b", 100, tenant: "B");
        Assert.Equal(20, _sut.Take(picks: 40).Count(p => p == "b"));
    }

    [Fact]
    public void A_tenant_that_was_idle_has_saved_up_nothing()
    {
        _sut.Add("a", 500, tenant: "A");
        _sut.Add("b", 1, tenant: "B");
        _sut.Take(picks: 200);
        _sut.Add("b", 100, tenant: "B");
        Assert.InRange(_sut.Take(picks: 20).Count(p => p == "b"), 9, 11);
    }

    [Fact]
    public void A_new_tenant_has_saved_up_nothing_either()
    {
        _sut.Add("a", 500, tenant: "A");
        _sut.Take(picks: 200);
        _sut.Add("b", 100, tenant: "B");
        Assert.InRange(_sut.Take(picks: 20).Count(p => p == "b"), 9, 11);
    }

    [Fact]
    public void Leaving_and_coming_back_pays_nothing_off()
    {
        _sut.Add("a", 500, tenant: "A");
        int ofB = 0;
        for (int i = 0; i < 100; i++)
        {
            _sut.Queue.Enqueue(QueueSut.Generation($"b{i}", 1, tenant: "B", weight: 0.1));   // one at a time: B is idle after each pick
            ofB += _sut.Take().Generation == "a" ? 0 : 1;
        }
        Assert.InRange(ofB, 8, 10);   // a share of 1 in 11
    }

    [Fact]
    public void A_tenants_newest_weight_counts()
    {
        _sut.Add("a", 500, tenant: "A");
        _sut.Add("b", 500, tenant: "B");
        _sut.Take(picks: 10);
        _sut.Add("a2", 1, tenant: "A", weight: 4);
        Assert.InRange(_sut.Take(picks: 50).Count(p => p != "b"), 39, 41);
    }

    [Fact]
    public void What_is_put_back_does_not_bring_an_older_weight_back()
    {
        _sut.Add("old", 1, tenant: "A");
        _sut.Take();
        _sut.Add("a", 500, tenant: "A", weight: 4);
        _sut.Add("b", 500, tenant: "B");
        _sut.Queue.PutBack("old", [0]);
        Assert.InRange(_sut.Take(picks: 50).Count(p => p != "b"), 39, 41);
    }

    [Fact]
    public void Every_priority_is_shared_for_itself()
    {
        _sut.Add("a1", 40, tenant: "A");
        _sut.Take(picks: 40);
        _sut.Add("a2", 40, tenant: "A", priority: GenerationPriority.Batch);
        _sut.Add("b2", 40, tenant: "B", priority: GenerationPriority.Batch);
        Assert.Equal(10, _sut.Take(picks: 20).Count(p => p == "a2"));
    }
}
