using ClipGen.Engine.Devices;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

public sealed class PreviewBudgetTests(TinyModel model)
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.25)]
    [InlineData(5)]
    public void Previews_without_end_take_their_share_of_the_time(double cost)
    {
        var sut = new PreviewBudget(_time);
        double spent = 0;
        while (_time.Now < TimeSpan.FromSeconds(10_000 * cost))
        {
            double now = 0.1 * cost;
            if (sut.Allows)
            {
                sut.Spend(cost);
                spent += now = cost;
            }
            _time.Advance(TimeSpan.FromSeconds(now));
        }
        Assert.InRange(spent / _time.Now.TotalSeconds, PreviewBudget.Share - 0.001, PreviewBudget.Share + 0.001);
    }

    [Fact]
    public void What_was_left_is_kept_for_some_however_long_that_is_ago()
    {
        var sut = new PreviewBudget(_time);
        int Run()
        {
            int count = 0;
            for (; sut.Allows; count++) sut.Spend(1);
            return count;
        }

        int first = Run();
        _time.Advance(TimeSpan.FromDays(30));
        int second = Run();
        _time.Advance(TimeSpan.FromSeconds(1.5 / PreviewBudget.Share));
        int third = Run();

        Assert.Equal((PreviewBudget.Burst, PreviewBudget.Burst, 2), (first, second, third));
    }

    [Fact]
    public async Task A_device_shows_some_at_once_and_then_has_better_things_to_do()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var codes = (await engine.SampleAsync(model.Job(0), null, TestContext.Current.CancellationToken)).Codes[..8];

        var shown = new List<bool>();
        while (shown.Count < 100) shown.Add(await engine.PreviewAsync(new(codes, ImageFileFormat.Png), TestContext.Current.CancellationToken) is not null);

        Assert.True(shown[0]);
        Assert.Contains(false, shown);
    }
}
