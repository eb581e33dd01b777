using ClipGen.Engine.Sampling;

namespace ClipGen.Engine.Tests.Sampling;

public sealed class SelectionTests
{
    public static TheoryData<string> Orders => ["random", "sorted", "reversed", "constant", "few values", "organ pipe", "with infinities"];

    [Theory]
    [MemberData(nameof(Orders))]
    public void The_kth_largest_is_the_one_that_sorting_finds(string order)
    {
        foreach (int length in new[] { 1, 2, 3, 4, 7, 64, 257 })
        {
            float[] values = Make(order, length);
            float[] falling = [.. values.OrderDescending()];

            for (int k = 1; k <= length; k++) Assert.Equal(falling[k - 1], Selection.KthLargest([.. values], k));
        }
    }

    [Fact]
    public void Values_are_only_reordered()
    {
        float[] values = Make("random", 1000), selected = [.. values];

        Selection.KthLargest(selected, 50);

        Assert.Equal(values.Order(), selected.Order());
        Assert.All(selected[..49], value => Assert.True(value >= selected[49]));
        Assert.All(selected[50..], value => Assert.True(value <= selected[49]));
    }

    private static float[] Make(string order, int length)
    {
        var random = new Random(length);
        var numbers = Enumerable.Range(0, length);
        return order switch
        {
            "random" => [.. numbers.Select(_ => random.NextSingle() - 0.5f)],
            "sorted" => [.. numbers.Select(i => (float)i)],
            "reversed" => [.. numbers.Select(i => (float)-i)],
            "constant" => [.. numbers.Select(_ => 3f)],
            "few values" => [.. numbers.Select(_ => (float)random.Next(4))],
            "organ pipe" => [.. numbers.Select(i => (float)Math.Min(i, length - i))],
            _ => [.. numbers.Select(_ => random.Next(3) switch { 0 => float.NegativeInfinity, 1 => float.PositiveInfinity, _ => random.NextSingle() })],
        };
    }
}
