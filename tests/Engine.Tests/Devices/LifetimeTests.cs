using System.Diagnostics;
using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

public sealed class LifetimeTests(TinyModel model)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_engine_says_what_it_has_loaded()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound, slots: 16);

        Assert.Equal(new EngineModel("sound", model.Sound.Digest, 4, 16, TinyModel.Codes, 16, 16), engine.Model);
        Assert.Equal(new DeviceInfo("cpu", 0, 16), engine.Device);
    }

    /// <summary>Linux shows the first 15 characters of a thread's name, here "clipgen cpu:0 " and the first of the model's.</summary>
    [Theory]
    [InlineData(BundleManifest.GptFile, "!")]
    [InlineData("vocabulary.bpe", "#")]
    public async Task A_flipped_byte_names_its_file_and_nothing_keeps_running(string file, string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads are looked up in /proc.");
        var bundle = model.Write(name);
        string path = Path.Combine(bundle.Folder, file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);

        var thrown = await Assert.ThrowsAsync<BundleException>(() => TinyModel.StartAsync(bundle));

        Assert.Contains(file, thrown.Message, StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => !ThreadNames().Contains($"clipgen cpu:0 {name}"), Patience), "The device's thread goes on.");
    }

    [Fact]
    public async Task A_running_engine_has_a_thread_of_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads are looked up in /proc.");
        await using var engine = await TinyModel.StartAsync(model.Write("%"));

        Assert.Contains("clipgen cpu:0 %", ThreadNames());
    }

    [Fact]
    public async Task Options_that_do_not_fit_start_nothing() =>
        await Assert.ThrowsAsync<ArgumentException>(() => TinyModel.StartAsync(model.Sound, slots: 12, groupSize: 8));

    [Fact]
    public async Task A_cancelled_start_ends()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DeviceEngine.StartAsync(model.Sound, CPU, new(), cancellation.Token));
    }

    [Fact]
    public async Task Disposing_while_sampling_fails_the_callers()
    {
        var engine = await TinyModel.StartAsync(model.Sound, slots: 8);
        var under = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var disposed = new ManualResetEventSlim();
        var sampling = Enumerable.Range(0, 20).Select(i => engine.SampleAsync(
            model.Job(i),
            drawn =>
            {
                if (i > 0 || drawn < 2) return;
                under.TrySetResult();
                disposed.Wait(Patience);
            },
            Stop)).ToArray();
        await under.Task.WaitAsync(Patience, Stop);

        var disposing = engine.DisposeAsync().AsTask();
        disposed.Set();
        await disposing.WaitAsync(Patience, Stop);

        foreach (var task in sampling) await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.SampleAsync(model.Job(0), null, Stop));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.EncodeAsync("red", false, Stop));
        await engine.DisposeAsync();
    }

    /// <summary>Images are decoded beside the device's thread, from weights that must still be there.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Disposing_while_decoding_fails_the_callers(int threads)
    {
        var engine = await TinyModel.StartAsync(model.Sound, threads: threads);
        var job = model.Job(0);
        var codes = (await engine.SampleAsync(job, null, Stop)).Codes;
        var candidates = Enumerable.Range(0, 2000).Select(i => (i, codes)).ToArray();
        var decoding = Enumerable.Range(0, 4)
            .Select(_ => engine.DecodeAndRankAsync(new(job.Embedding, candidates, 1, ImageFileFormat.Png, null, false), Stop)).ToArray();
        await engine.EncodeAsync("red", false, Stop);   // by now the decoding has begun

        await engine.DisposeAsync().AsTask().WaitAsync(Patience, Stop);

        foreach (var task in decoding) await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(Patience, Stop));
    }

    private static string[] ThreadNames() => [.. Directory.EnumerateDirectories("/proc/self/task").Select(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
        }
        catch (IOException)
        {
            return ""; // ended meanwhile
        }
    })];
}
