using ClipGen.Engine.Devices;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

public sealed class OneThreadEachTests
{
    /// <summary>Each piece waits for all others: they can only end if all run at once.</summary>
    [Fact]
    public void Pieces_run_side_by_side_on_one_thread_each()
    {
        using var met = new Barrier(3);
        var piece = () =>
        {
            Assert.True(met.SignalAndWait(TimeSpan.FromSeconds(60)));
            return (get_num_threads(), is_inference_mode_enabled());
        };

        Assert.Equal([(1, true), (1, true), (1, true)], OneThreadEach.Run([piece, piece, piece]));
    }

    [Fact]
    public void What_a_piece_throws_the_caller_gets_when_all_are_done()
    {
        int done = 0;

        var thrown = Assert.Throws<ArithmeticException>(() => OneThreadEach.Run<int>(
            [() => Interlocked.Increment(ref done), () => throw new ArithmeticException("mine"), () => Interlocked.Increment(ref done)]));

        Assert.Equal("mine", thrown.Message);
        Assert.Equal(2, done);
    }
}
