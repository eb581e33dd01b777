using ClipGen.Engine.Devices;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

public sealed class TorchThreadsTests
{
    [Fact]
    public void What_a_thread_has_chosen_no_other_changes()
    {
        using var chosen = new ManualResetEventSlim();
        using var others = new ManualResetEventSlim();
        int mine = 0;
        var thread = new Thread(() =>
        {
            TorchThreads.Use(1);
            chosen.Set();
            others.Wait();
            mine = get_num_threads();
        });
        thread.Start();
        chosen.Wait(TestContext.Current.CancellationToken);
        var other = new Thread(() => TorchThreads.Use(3));
        other.Start();
        other.Join();
        others.Set();
        thread.Join();

        Assert.Equal(1, mine);
    }

    [Fact]
    public void What_computes_alone_takes_one_thread_and_keeps_no_graph()
    {
        (int Threads, bool Inference, bool After) seen = default;
        var thread = new Thread(() =>
        {
            using (TorchThreads.EnterAlone()) seen = (get_num_threads(), is_inference_mode_enabled(), true);
            seen.After = is_inference_mode_enabled();
        });
        thread.Start();
        thread.Join();

        Assert.Equal((1, true, false), seen);
    }
}
