using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

/// <summary>A tenant's generations, newest first.</summary>
public sealed class ListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _never = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Paging_shows_each_exactly_once_while_more_arrive()
    {
        await using var sut = await Start(new FakeEngine(codesPerImage: 4));
        var accepted = new List<string>();
        for (int i = 0; i < 250; i++) accepted.Add(await Accept(sut, (ulong)i));
        await Listed(sut, accepted.Count);

        var seen = new List<GenerationStatus>();
        string? after = null;
        do
        {
            var page = await List(sut).ListAsync(new() { Limit = 30, After = after });
            seen.AddRange(page.Generations);
            after = page.Next;
            await Accept(sut, 1000 + (ulong)seen.Count);
            await Accept(sut, 2000 + (ulong)seen.Count);
        }
        while (after is not null);

        Assert.Equal(accepted.Order(), seen.Select(s => s.Id).Where(accepted.Contains).Order());
        Assert.Equal(seen.Count, seen.Select(s => s.Id).Distinct().Count());
        Assert.Equal(seen.Select(s => s.AcceptedAt).OrderDescending(), seen.Select(s => s.AcceptedAt));
        var rest = await List(sut).ListAsync(new() { After = seen[^3].Id });   // an id does as well
        Assert.Equal(seen.TakeLast(2).Select(s => s.Id), rest.Generations.Select(s => s.Id));
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task Filters_hold()
    {
        FakeEngine circles = new(0, "circles"), squares = new(1, "squares") { Hold = _never.Task };
        await using var sut = await Start(circles, squares);
        string completed = await Accept(sut, 1, "circles"), cancelled = await Accept(sut, 2, "squares"), running = await Accept(sut, 3, "squares");
        await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(completed));
        await squares.Halfway.WaitAsync(Sut.Token);
        await sut.Grains.GetGrain<IGenerationGrain>(cancelled).CancelAsync();
        await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(cancelled));
        await Listed(sut, 3);
        var times = (await List(sut).ListAsync(new())).Generations.Select(g => g.AcceptedAt).ToList();

        Assert.Equal([completed], await Ids(sut, new() { States = [GenerationState.Completed] }));
        Assert.Equal([running], await Ids(sut, new() { States = [GenerationState.Queued, GenerationState.Running] }));
        Assert.Equal([cancelled, completed], await Ids(sut, new() { States = [GenerationState.Completed, GenerationState.Cancelled] }));
        Assert.Empty(await Ids(sut, new() { States = [GenerationState.Failed] }));
        Assert.Equal([running, cancelled], await Ids(sut, new() { Model = "squares" }));
        Assert.Equal([running, cancelled], await Ids(sut, new() { CreatedAfter = times[1] }));
        Assert.Equal([completed], await Ids(sut, new() { CreatedBefore = times[1] }));
        Assert.Equal([cancelled], await Ids(sut, new() { CreatedAfter = times[1], CreatedBefore = times[0] }));
        Assert.Empty(await Ids(sut, new() { CreatedBefore = DateTimeOffset.UnixEpoch }));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_and_no_other()
    {
        await using var sut = await Start(new FakeEngine());
        var request = await sut.Request();
        string mine = (await sut.Accept(new() { Request = request, Tenant = "a/b" })).Id, other = (await sut.Accept(new() { Request = request, Tenant = "a" })).Id;
        await Listed(sut, 1, "a/b");
        await Listed(sut, 1, "a");

        Assert.Equal([mine], await Ids(sut, new(), "a/b"));
        Assert.Equal([other], await Ids(sut, new(), "a"));
        Assert.Empty(await Ids(sut, new(), "b"));
        Assert.Equal("after", (await Wrong(sut, new() { After = mine }, "a"))[0].Parameter);
    }

    [Fact]
    public async Task What_is_wrong_with_a_query_is_named()
    {
        await using var sut = await Start(new FakeEngine());
        Assert.Equal(["limit", "after"], (await Wrong(sut, new() { Limit = 101, After = "x" })).Select(e => e.Parameter));
        Assert.Equal(["after"], (await Wrong(sut, new() { After = "ffffffffffffffff_x" })).Select(e => e.Parameter));
        Assert.Equal(["after"], (await Wrong(sut, new() { After = new string('0', 32) })).Select(e => e.Parameter));
    }

    [Fact]
    public async Task It_is_the_same_after_a_restart()
    {
        FakeEngine held = new() { Hold = _never.Task };
        string ended, running;
        await using (var first = await Start(held))
        {
            ended = await Accept(first, 1);
            await held.Halfway.WaitAsync(Sut.Token);
            await first.Grains.GetGrain<IGenerationGrain>(ended).CancelAsync();
            await Sut.Watch(first.Grains.GetGrain<IGenerationGrain>(ended));
            running = await Accept(first, 2);
            await Listed(first, 2);
        }

        await using var second = await Start();

        Assert.Equal([running, ended], await Ids(second, new()));
        Assert.Equal([ended], await Ids(second, new() { States = [GenerationState.Cancelled] }));
        Assert.Equal([running], await Ids(second, new() { States = [GenerationState.Queued] }));
    }

    [Fact]
    public async Task Nothing_of_it_is_left_when_all_have_been_forgotten()
    {
        await using var sut = await Start(new FakeEngine());
        string first = await Accept(sut, 1), second = await Accept(sut, 2);
        foreach (string id in new[] { first, second }) await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(id));

        await sut.Grains.GetGrain<IGenerationGrain>(first).ForgetAsync(false);
        Assert.Equal([second], await Ids(sut, new()));
        Assert.NotEmpty(Files());

        await sut.Grains.GetGrain<IGenerationGrain>(second).ForgetAsync(false);
        Assert.Empty(await Ids(sut, new()));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task What_was_begun_again_is_listed_once_at_its_new_place()
    {
        FakeEngine held = new() { Hold = _never.Task };
        await using var sut = await Start(held);
        var submission = new Submission { Request = await sut.Request(seed: 1, candidates: 1, keep: 1), Shared = true };
        string again = (await sut.Accept(submission)).Id, between = await Accept(sut, 2);
        await sut.Grains.GetGrain<IGenerationGrain>(again).CancelAsync();
        await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(again));
        await Listed(sut, 2);
        Assert.Equal([between, again], await Ids(sut, new()));

        Assert.False((await sut.Accept(submission)).Existing);

        while (!(await Ids(sut, new())).SequenceEqual([again, between])) await Task.Delay(5, Sut.Token);
    }

    [Fact]
    public async Task One_that_could_not_be_entered_is_entered_by_the_sweep_or_with_its_end()
    {
        var hold = new TaskCompletionSource();
        FakeEngine held = new() { Hold = hold.Task };
        var storage = new FaultyStorage();
        await using var sut = await storage.StartAsync(_folder, held);
        storage.Refused = "tenantpart";
        string swept = await Accept(sut, 1);
        while (storage.Refusals < 1) await Task.Delay(5, Sut.Token);
        string ended = await Accept(sut, 2);
        while (storage.Refusals < 2) await Task.Delay(5, Sut.Token);
        storage.Refused = null;

        await sut.Grains.GetGrain<IGenerationGrain>(swept).ResumeAsync();   // as the gateway does with all that have not ended
        while (!(await Ids(sut, new())).Contains(swept)) await Task.Delay(5, Sut.Token);
        hold.SetResult();
        await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(ended));

        Assert.Equal([ended, swept], await Ids(sut, new()));
    }

    private static IGenerationListGrain List(Sut sut, string tenant = Submission.DefaultTenant) => sut.Grains.GetGrain<IGenerationListGrain>(tenant);

    private static async Task<string[]> Ids(Sut sut, GenerationListQuery query, string tenant = Submission.DefaultTenant) => [.. (await List(sut, tenant).ListAsync(query)).Generations.Select(g => g.Id)];

    private static async Task<IReadOnlyList<RequestError>> Wrong(Sut sut, GenerationListQuery query, string tenant = Submission.DefaultTenant) =>
        (await Assert.ThrowsAsync<InvalidRequestException>(() => List(sut, tenant).ListAsync(query))).Errors;

    private static async Task<string> Accept(Sut sut, ulong seed, string model = "fake") =>
        (await sut.Accept(new() { Request = await sut.Request(seed: seed, candidates: 1, keep: 1, model: model) })).Id;

    /// <summary>The list lags behind by a moment.</summary>
    private static async Task Listed(Sut sut, int count, string tenant = Submission.DefaultTenant)
    {
        for (int listed = 0; listed < count; await Task.Delay(5, Sut.Token))
        {
            listed = 0;
            string? after = null;
            do
            {
                var page = await List(sut, tenant).ListAsync(new() { Limit = 100, After = after });
                (listed, after) = (listed + page.Generations.Count, page.Next);
            }
            while (after is not null);
        }
    }

    private string[] Files() => [.. Directory.GetFiles(_folder["data"], "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f).StartsWith("tenant", StringComparison.Ordinal))];

    private Task<Sut> Start(params FakeEngine[] engines) => engines.Length == 0
        ? Sut.CreateSut(null, [new FakeEngine(1, "other")], _folder["images"], _folder["data"])
        : Sut.CreateSut(null, engines, _folder["images"], _folder["data"]);
}
