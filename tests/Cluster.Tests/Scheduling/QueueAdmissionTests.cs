using ClipGen.Cluster.Scheduling;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class QueueAdmissionTests
{
    private readonly QueueOptions _options = new() { MaxWaiting = 2000, Tenants = new() { ["small"] = new() { MaxWaiting = 100 } } };
    private readonly QueueApplication _request = new("shapes", "someone", Candidates: 10, Waiting: 1000, WaitingOfTenant: 0, Ahead: 1009, Deadline: null);

    // 10 slots that turn over evenly, 5 s a candidate: two leave each second.
    private CompletionEstimate _estimate = new(slots: 10, [.. Enumerable.Range(0, 10).Select(i => i / 10.0)], candidateSeconds: 5);

    private QueueRefusal? Check(QueueApplication request) => QueueAdmission.Check(request, _options, _estimate);

    [Fact]
    public void A_request_that_fits_may_wait() => Assert.Null(Check(_request));

    [Fact]
    public void A_model_without_devices_is_waited_for_so_long_and_no_longer()
    {
        Assert.Null(Check(_request with { Unserved = _options.WithoutDevices }));
        var refusal = Check(_request with { Unserved = _options.WithoutDevices + TimeSpan.FromSeconds(1) })!;
        Assert.Equal(RefusalReason.NoDevice, refusal.Reason);
        Assert.StartsWith("No device of the model 'shapes' is ready, and none has been for 121 s. Try again in ", refusal.Message);
    }

    [Fact]
    public void The_queue_takes_exactly_its_limit()
    {
        Assert.Null(Check(_request with { Waiting = 1990 }));
        var refusal = Check(_request with { Waiting = 1994 })!;
        Assert.Equal((RefusalReason.QueueFull, TimeSpan.FromSeconds(2)), (refusal.Reason, refusal.RetryAfter));   // 4 have to leave
        Assert.Equal("The model 'shapes' has 1994 candidates waiting of at most 2000; 10 more do not fit. Try again in 2 s.", refusal.Message);
    }

    [Fact]
    public void A_tenant_has_exactly_its_quota()
    {
        var request = _request with { Tenant = "small" };
        Assert.Null(Check(request with { WaitingOfTenant = 90 }));
        var refusal = Check(request with { WaitingOfTenant = 100 })!;
        Assert.Equal((RefusalReason.TenantQuota, TimeSpan.FromSeconds(50)), (refusal.Reason, refusal.RetryAfter));   // 10 of its 100 have to leave, so 100 of all 1000
        Assert.Equal("The tenant 'small' has 100 candidates waiting for the model 'shapes' of at most 100; 10 more do not fit. Try again in 50 s.", refusal.Message);
    }

    [Fact]
    public void Everybodys_quota_holds_for_those_without_their_own()
    {
        _options.MaxWaitingPerTenant = 50;
        Assert.Equal(RefusalReason.TenantQuota, Check(_request with { WaitingOfTenant = 41 })?.Reason);
        Assert.Null(Check(_request with { Tenant = "small", WaitingOfTenant = 41 }));
    }

    [Fact]
    public void What_never_fits_is_not_told_to_try_again()
    {
        var refusal = Check(_request with { Tenant = "small", Candidates = 101 })!;
        Assert.Equal((RefusalReason.TenantQuota, null), (refusal.Reason, refusal.RetryAfter));
        Assert.EndsWith("this request alone has 101. Ask for at most 100.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_quota_is_named_before_the_full_queue() =>
        Assert.Equal(RefusalReason.TenantQuota, Check(_request with { Tenant = "small", Waiting = 2000, WaitingOfTenant = 100, Deadline = TimeSpan.Zero })?.Reason);

    [Fact]
    public void A_deadline_that_can_hold_is_promised() =>
        Assert.Null(Check(_request with { Ahead = 99, Deadline = TimeSpan.FromSeconds(55) }));   // the 100th starts at 50 s

    [Fact]
    public void A_deadline_that_holds_with_less_ahead_is_worth_another_try()
    {
        var refusal = Check(_request with { Ahead = 99, Deadline = TimeSpan.FromSeconds(40) })!;
        Assert.Equal((RefusalReason.DeadlineCannotHold, TimeSpan.FromSeconds(15)), (refusal.Reason, refusal.RetryAfter));
        Assert.Equal("The model 'shapes' would need 55 s for 10 candidates; the deadline is in 40 s. Try again in 15 s.", refusal.Message);
    }

    [Fact]
    public void A_deadline_that_never_holds_is_not_told_to_try_again()
    {
        var refusal = Check(_request with { Candidates = 11, Ahead = 99, Deadline = TimeSpan.FromSeconds(9.5) })!;
        Assert.Equal((RefusalReason.DeadlineCannotHold, null), (refusal.Reason, refusal.RetryAfter));
        Assert.Equal("The model 'shapes' would need 55 s for 11 candidates; the deadline is in 9.5 s. Even with nothing else to do it would need 10 s. Ask for fewer candidates or a later deadline.", refusal.Message);
    }

    [Fact]
    public void Without_devices_no_deadline_is_promised_but_work_may_wait()
    {
        _estimate = new(slots: 0, [], candidateSeconds: 5);
        Assert.Null(Check(_request));
        var refusal = Check(_request with { Deadline = TimeSpan.FromHours(1) })!;
        Assert.Equal((RefusalReason.DeadlineCannotHold, TimeSpan.FromSeconds(30)), (refusal.Reason, refusal.RetryAfter));
        Assert.StartsWith("No device of the model 'shapes' is ready", refusal.Message, StringComparison.Ordinal);
    }
}
