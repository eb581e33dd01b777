using ClipGen.Client.InCluster;

namespace ClipGen.Client.Tests.InCluster;

public sealed class ClusterErrorsTests
{
    [Fact]
    public async Task A_call_that_ended_with_the_silo_it_was_at_may_be_tried_again()
    {
        var error = await Assert.ThrowsAsync<ClipGenUnavailableException>(() => CancelledAsync(TestContext.Current.CancellationToken));
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_call_that_its_caller_cancelled_is_cancelled() =>
        await Assert.ThrowsAsync<TaskCanceledException>(() => CancelledAsync(new CancellationToken(canceled: true)));

    private static Task<int> CancelledAsync(CancellationToken caller) => ClusterErrors.WithinAsync<int>(() => throw new TaskCanceledException(), caller);
}
