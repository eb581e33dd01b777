using ClipGen.Models.Kernels;

namespace ClipGen.Models.Tests.Kernels;

public sealed unsafe class AlignedFloatsTests
{
    [Fact]
    public void Arrays_keep_what_is_theirs_while_others_come_and_go()
    {
        var random = new Random(1);
        var arrays = new List<(AlignedFloats Memory, int Length, float Mark)>();
        for (int i = 0; i < 300; i++)
        {
            if (i % 3 == 2)
            {
                int gone = random.Next(arrays.Count);
                arrays[gone].Memory.Dispose();
                arrays.RemoveAt(gone);
            }
            int length = i % 50 == 49 ? 5_000_000 : random.Next(1, 200_000);   // some larger than what small ones share
            var array = new AlignedFloats(length, zeroed: false);
            new Span<float>(array.Memory, length).Fill(i);
            arrays.Add((array, length, i));
        }

        Assert.All(arrays, array =>
        {
            Assert.Equal(0, (long)array.Memory.Memory % 64);
            Assert.False(new ReadOnlySpan<float>(array.Memory.Memory, array.Length).ContainsAnyExcept(array.Mark));
        });
        foreach (var (memory, _, _) in arrays) memory.Dispose();
    }

    [Fact]
    public void What_others_have_left_behind_is_cleared_unless_that_is_not_wanted()
    {
        for (int i = 0; i < 100; i++)
        {
            using var array = new AlignedFloats(1 << 20);
            Assert.False(new ReadOnlySpan<float>(array.Memory, 1 << 20).ContainsAnyExcept(0f));
            new Span<float>(array.Memory, 1 << 20).Fill(1);
        }
    }

    [Fact]
    public void Disposing_twice_gives_back_once()
    {
        using var other = new AlignedFloats(10);
        var array = new AlignedFloats(10);
        array.Dispose();
        array.Dispose();
        other.Memory[9] = 7;

        using var third = new AlignedFloats(10);
        third.Memory[9] = 8;

        Assert.Equal(7, other.Memory[9]);
    }
}
