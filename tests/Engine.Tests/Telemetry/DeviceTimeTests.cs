using ClipGen.Engine.Devices;
using ClipGen.Engine.Telemetry;
using ClipGen.Engine.Tests.Devices;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Telemetry;

/// <summary>What requests are told to have used adds up to what the device was busy with.</summary>
public sealed class DeviceTimeTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8, 1)]
    [InlineData(4, 2)]
    public async Task Shares_add_up_to_the_devices_busy_time(int groupSize, int threads)
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 8, groupSize, threads);
        await RunAsync(engine);   // whatever is compiled at its first use is
        const double Tolerance = 0.02;
        double told = 0;
        // A thread that is kept waiting by others between its work and the end of its share is busy with nobody's: not in each of several runs.
        for (int run = 0; run < 5 && told < 1 - Tolerance; run++)
        {
            double before = engine.BusySeconds, shares = await RunAsync(engine);
            told = Math.Max(told, shares / (engine.BusySeconds - before));
        }
        Assert.Equal(1, told, Tolerance);
    }

    [Fact]
    public async Task An_idle_device_is_not_busy()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        await engine.EncodeAsync("a red circle", false, Stop);
        double before = engine.BusySeconds;
        await Task.Delay(200, Stop);
        Assert.InRange(engine.BusySeconds - before, 0, 0.1);
    }

    [Fact]
    public async Task Steps_are_told_of()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 8, groupSize: 4);
        var observer = new Observer();
        engine.Observe(observer);
        var accounts = Enumerable.Range(0, 4).Select(_ => new DeviceAccount()).ToArray();
        using var together = new ManualResetEventSlim();

        // Whichever is drawn first waits for the others: a sequence of this model is soon over.
        var sampling = accounts.Select((account, i) => engine.SampleAsync(model.Job(i) with { Account = account }, _ => together.Wait(Stop), Stop)).ToArray();
        together.Set();
        var sampled = await Task.WhenAll(sampling);
        engine.Observe(null);
        int told = observer.Reports.Count;
        await engine.SampleAsync(model.Job(9), null, Stop);

        Assert.Equal(told, observer.Reports.Count);
        Assert.All(observer.Reports, report => Assert.Equal((1, 4), (report.Steps, report.Capacity)));
        Assert.Equal(4 * TinyModel.Codes, observer.Reports.Sum(report => report.Active));
        Assert.Equal(observer.Reports.Sum(report => report.Seconds), sampled.Sum(s => s.DeviceSeconds), 1e-9);
        Assert.Equal(sampled.Select(s => (s.DeviceSeconds, TinyModel.Codes)), accounts.Select(a => (a.DeviceSeconds, a.Steps)));
        Assert.Equal([0, 1, 2, 3], accounts.Select(a => a.Slot!.Value).Order());
    }

    [Fact]
    public async Task A_cancelled_candidate_is_charged_what_it_has_used()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        using var stop = new CancellationTokenSource();
        var account = new DeviceAccount();

        var sampling = engine.SampleAsync(model.Job(0) with { Account = account }, step => { if (step == 5) stop.Cancel(); }, stop.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sampling);
        Assert.Equal(5, account.Steps);
        Assert.True(account.DeviceSeconds > 0);
    }

    /// <returns>What everything together is told to have used.</returns>
    private async Task<double> RunAsync(DeviceEngine engine)
    {
        double shares = 0;
        for (int round = 0; round < 20; round++)
        {
            var prompts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => engine.EncodeAsync("a red circle above a blue square", false, Stop)));
            var sampled = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => engine.SampleAsync(model.Job(i), null, Stop)));
            var ranked = await engine.DecodeAndRankAsync(
                new(prompts[0].Vector, [.. sampled.Select((s, i) => (i, s.Codes))], 2, ImageFileFormat.Png, null, false), Stop);
            var preview = new DeviceAccount();
            await engine.PreviewAsync(new(sampled[0].Codes[..8], ImageFileFormat.Png, preview), Stop);
            shares += prompts.Sum(p => p.DeviceSeconds) + sampled.Sum(s => s.DeviceSeconds) + ranked.DecodeDeviceSeconds + ranked.RerankDeviceSeconds + preview.DeviceSeconds;
        }
        return shares;
    }

    private sealed class Observer : IStepObserver
    {
        public List<StepReport> Reports { get; } = [];

        public bool WantsSpans(int steps) => false;

        public void Stepped(in StepReport report) => Reports.Add(report);
    }
}
