namespace ClipGen.Engine.Tests.Devices;

public sealed class EncodeTests(TinyModel model)
{
    private const string Long = "a red circle above a blue square and two green circles beside a red square";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prompt_becomes_a_vector_of_length_one()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var red = await engine.EncodeAsync("red", false, Stop);

        Assert.Equal(16, red.Vector.Length);
        Assert.Equal(1, Math.Sqrt(red.Vector.Sum(v => (double)v * v)), 1e-5);
        Assert.False(red.Truncated);
        Assert.InRange(red.Tokens, 3, 6);
        Assert.NotEqual(red.Vector, (await engine.EncodeAsync("green", false, Stop)).Vector);
        Assert.True(red.DeviceSeconds > 0);
    }

    [Fact]
    public async Task Long_prompts_are_cut_and_only_as_in_the_original_all_alike()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var cut = await engine.EncodeAsync(Long, false, Stop);
        var original = await engine.EncodeAsync(Long, true, Stop);

        Assert.True(cut.Truncated);
        Assert.Equal(12, cut.Tokens);
        Assert.Equal(original.Vector, (await engine.EncodeAsync("two green circles " + Long, true, Stop)).Vector);
        Assert.NotEqual(cut.Vector, (await engine.EncodeAsync("two green circles " + Long, false, Stop)).Vector);
    }
}
