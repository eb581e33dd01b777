using ClipGen.Cluster.Scheduling;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>Who is let in, and in what order they are served.</summary>
public sealed class AdmissionTests
{
    private readonly TaskCompletionSource _hold = new();

    [Fact]
    public async Task A_deadline_that_cannot_hold_is_refused()
    {
        await using var sut = await Sut.CreateSut();
        var submission = new Submission { Request = await sut.Request(), Deadline = TimeSpan.FromMilliseconds(1) };
        var error = await Assert.ThrowsAsync<RefusedException>(() => sut.Accept(submission));
        Assert.Equal((RefusalReason.DeadlineCannotHold, null), (error.Reason, error.RetryAfter));
        Assert.Equal(0, (await sut.Status()).Unfinished);
    }

    [Fact]
    public async Task A_tenant_has_its_part_of_the_queue_and_others_have_theirs()
    {
        await using var sut = await Sut.CreateSut(s => s.Configure<QueueOptions>(o => o.MaxWaitingPerTenant = 8), [new() { Hold = _hold.Task }]);
        await sut.Accept(new() { Request = await sut.Request(seed: 1), Tenant = "tom" });

        var second = new Submission { Request = await sut.Request(seed: 2), Tenant = "tom" };
        var error = await Assert.ThrowsAsync<RefusedException>(() => sut.Accept(second));

        Assert.Equal(RefusalReason.TenantQuota, error.Reason);
        Assert.NotNull(error.RetryAfter);
        await sut.Accept(second with { Tenant = "ann" });
    }

    [Fact]
    public async Task What_has_been_sampled_does_not_wait_any_more()
    {
        var engine = new FakeEngine { Hold = _hold.Task };
        await using var sut = await Sut.CreateSut(s => s.Configure<QueueOptions>(o => o.MaxWaitingPerTenant = 8), [engine]);
        await sut.Submit(await sut.Request(seed: 1));
        await engine.Halfway;
        engine.HoldOthers = new TaskCompletionSource().Task;   // it will be decoded for ever
        _hold.SetResult();
        await sut.Until(s => s.Waiting == 0 && s.Devices[0].Free == 4);

        await sut.Submit(await sut.Request(seed: 2));
    }

    [Fact]
    public async Task Batch_work_waits_behind_interactive_work()
    {
        var engine = new FakeEngine(slots: 1) { Hold = _hold.Task };   // with more, two that are picked together may begin in either order
        await using var sut = await Sut.CreateSut(engine);
        await sut.Submit(await sut.Request(seed: 1, candidates: 1, keep: 1));
        await sut.Until(s => s.Devices[0].Free == 0);
        var batch = await sut.Submit(new Submission { Request = await sut.Request(seed: 2, candidates: 8), Priority = GenerationPriority.Batch });
        await sut.Until(s => s.Waiting == 8);
        var interactive = await sut.Submit(await sut.Request(seed: 3, candidates: 8));
        await sut.Until(s => s.Waiting == 16);

        _hold.SetResult();
        await Task.WhenAll(Sut.Watch(batch), Sut.Watch(interactive));

        ulong[] begun = [.. engine.Begun];
        Assert.Equal(17, begun.Length);
        // One pick in sixteen is batch work's in any case.
        Assert.InRange(begun.Skip(1).Take(8).Count(seed => seed == 3), 7, 8);
    }

    [Fact]
    public async Task The_queue_is_empty_when_everything_has_ended()
    {
        var engine = new FakeEngine();
        await using var sut = await Sut.CreateSut(engine, new FakeEngine(1) { SampleFailure = new InvalidOperationException("Lost.") });
        for (ulong seed = 0; seed < 4; seed++) await sut.Draw(await sut.Request(seed: seed));
        await sut.Until(s => s is { Waiting: 0, Unfinished: 0 } && s.Devices.All(d => d.Free == 4));
    }
}
