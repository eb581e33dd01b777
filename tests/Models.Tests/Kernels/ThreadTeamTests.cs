using ClipGen.Models.Kernels;

namespace ClipGen.Models.Tests.Kernels;

public sealed class ThreadTeamTests
{
    [Fact]
    public void Nobody_passes_a_barrier_before_all_are_there()
    {
        using var sut = new ThreadTeam("test");
        int wrong = 0;
        foreach (int members in new[] { 1, 4, 2, 3, 1, 4 })
        {
            var done = new int[members];
            for (int run = 1; run <= 50; run++)
            {
                int expected = 0;
                sut.Run(members, member =>
                {
                    for (int phase = 0; phase < 20; phase++)
                    {
                        Volatile.Write(ref done[member], Volatile.Read(ref done[member]) + 1);
                        sut.Barrier();
                        int before = done[member];
                        if (Enumerable.Range(0, members).Any(other => Volatile.Read(ref done[other]) != before)) Interlocked.Increment(ref wrong);
                        sut.Barrier();
                    }
                    Interlocked.Increment(ref expected);
                });
                Assert.Equal(members, expected);
            }
            Assert.All(done, phases => Assert.Equal(1000, phases));
        }
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_member_that_fails_ends_the_run_and_the_next_one_works(int failing)
    {
        using var sut = new ThreadTeam("test");
        for (int run = 0; run < 20; run++)
        {
            var thrown = Assert.Throws<InvalidOperationException>(() => sut.Run(3, member =>
            {
                sut.Barrier();
                if (member == failing) throw new InvalidOperationException("mine");
                sut.Barrier();
                sut.Barrier();
            }));
            Assert.Equal("mine", thrown.Message);

            int count = 0;
            sut.Run(3, _ =>
            {
                sut.Barrier();
                Interlocked.Increment(ref count);
            });
            Assert.Equal(3, count);
        }
    }

    [Fact]
    public void Its_threads_end_with_it()
    {
        var threads = new Thread[3];
        var sut = new ThreadTeam("test");
        sut.Run(3, member => threads[member] = Thread.CurrentThread);

        sut.Dispose();

        Assert.Same(Thread.CurrentThread, threads[0]);
        Assert.All(threads[1..], thread => Assert.False(thread.IsAlive));
        Assert.Throws<ObjectDisposedException>(() => sut.Run(1, _ => { }));
    }
}
