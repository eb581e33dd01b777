using System.Runtime.InteropServices;
using ClipGen.Cluster.Generations;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Three candidates of eight codes from 0 to 9.</summary>
public sealed class DrawnTableTests
{
    private readonly DrawnTable _sut = CreateSut();

    [Fact]
    public void The_longest_of_each_candidate_is_kept()
    {
        Assert.True(_sut.Take(Drawn(1, 4)));
        Assert.True(_sut.Take(Drawn(0, 2)));
        Assert.True(_sut.Take(Drawn(1, 6)));
        Assert.False(_sut.Take(Drawn(1, 5)));   // told late
        Assert.Equal([(0, 2), (1, 6)], Of(_sut.All));
    }

    [Fact]
    public void What_another_kind_has_begun_anew_takes_the_place_of_more()
    {
        _sut.Take(Drawn(0, 6));
        Assert.True(_sut.Take(Drawn(0, 2, "cuda")));
        Assert.Equal("cuda", Assert.Single(_sut.Begun).DeviceKind);
    }

    [Fact]
    public void What_is_complete_stays()
    {
        _sut.Take(Drawn(2, 7));
        Assert.Empty(_sut.Complete);
        Assert.True(_sut.Take(Drawn(2, 8)));
        Assert.False(_sut.Take(Drawn(2, 2, "cuda")));
        _sut.Forget(2);
        Assert.Equal([(2, 8)], Of(_sut.Complete));
        Assert.Empty(_sut.Begun);
    }

    [Fact]
    public void What_a_failing_device_told_is_forgotten()
    {
        _sut.Take(Drawn(0, 4));
        foreach (int candidate in (int[])[0, 1, -1, 3]) _sut.Forget(candidate);
        Assert.Empty(_sut.All);
    }

    [Theory]
    [InlineData(-1, 4, 0)]
    [InlineData(3, 4, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 9, 0)]
    [InlineData(0, 4, 10)]
    [InlineData(0, 4, -1)]
    public void What_cannot_be_codes_of_the_model_is_not_taken(int candidate, int count, int last) => Assert.False(_sut.Take(Drawn(candidate, count, last: last)));

    [Fact]
    public void What_is_not_whole_is_not_taken() => Assert.False(_sut.Take(new(0, new byte[7], "cpu")));

    [Fact]
    public void What_was_written_down_is_there_again_and_checked_again()
    {
        var kept = CreateSut(Drawn(0, 3), Drawn(1, 8), Drawn(2, 4, last: 99));
        Assert.Equal([(0, 3), (1, 8)], Of(kept.All));
    }

    [Fact]
    public void It_has_a_bound()
    {
        var model = Model with { CodesPerImage = DrawnTable.MaxBytes / 8 };
        var sut = new DrawnTable(3, model, []);
        byte[] half = new byte[DrawnTable.MaxBytes / 2];

        Assert.True(sut.Take(new(0, half, "cpu")));
        Assert.True(sut.Take(new(1, half[..^4], "cpu")));
        Assert.False(sut.Take(Drawn(2, 2)));
        Assert.True(sut.Take(Drawn(2, 1)));
        sut.Forget(1);
        Assert.True(sut.Take(Drawn(2, 2)));
    }

    private static ModelDescription Model { get; } = new() { Name = "m", Digest = "d", DefaultCandidates = 1, CodebookSize = 10, CodesPerImage = 8, ImageSize = 8 };

    private static DrawnTable CreateSut(params DrawnCodes[] kept) => new(3, Model, kept);

    private static DrawnCodes Drawn(int candidate, int count, string kind = "cpu", int last = 0)
    {
        int[] codes = new int[count];
        if (count > 0) codes[^1] = last;
        return new(candidate, MemoryMarshal.AsBytes(codes.AsSpan()).ToArray(), kind);
    }

    private static IEnumerable<(int, int)> Of(IEnumerable<DrawnCodes> drawn) => drawn.Select(d => (d.Candidate, d.Codes.Length / sizeof(int)));
}
