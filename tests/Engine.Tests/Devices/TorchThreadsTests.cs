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
}
