using System.Globalization;
using ClipGen.Cluster.Clustering;
using Orleans.Concurrency;

namespace ClipGen.Cluster.Generations;

/// <inheritdoc cref="IGenerationListGrain"/>
[Reentrant, GatewayRole]
internal sealed class GenerationListGrain : Grain, IGenerationListGrain
{
    /// <summary>Records read for one page: a query that little matches is answered with less than a page, and goes on with the next one.</summary>
    private const int MostReads = 2000;

    /// <summary>Generations asked at the same time.</summary>
    private const int AskedAtOnce = 16;

    private string Tenant => this.GetPrimaryKeyString();

    public async Task<GenerationListPage> ListAsync(GenerationListQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var page = new Page(query, await AfterAsync(query));
        foreach (long hour in await TenantIndex.Hours(GrainFactory, Tenant).ListAsync())
        {
            if (page.IsBehind(TenantIndex.StartOfHour(hour + 1))) break;
            if (page.IsBefore(TenantIndex.StartOfHour(hour))) continue;
            var contents = TenantIndex.Hour(GrainFactory, Tenant, hour);
            var parts = await contents.ListAsync();
            page.Reads++;
            if (parts.Count == 0) contents.RemoveAsync(0).Ignore();   // left over by a crash: empty contents are swept out
            foreach (var minute in parts.GroupBy(TenantIndex.MinuteOf))
            {
                await FillAsync(page, minute);
                if (page.IsFull) return page.Done();
                if (page.Reads < MostReads) continue;
                page.LookedAt = new(TenantIndex.StartOfMinute(minute.Key), "");
                return page.Done();
            }
        }
        return new(page.Found, null);
    }

    /// <summary>Those of one minute, newest first.</summary>
    private async Task FillAsync(Page page, IGrouping<long, long> minute)
    {
        if (page.IsBehind(TenantIndex.StartOfMinute(minute.Key + 1)) || page.IsBefore(TenantIndex.StartOfMinute(minute.Key))) return;
        var lists = await Task.WhenAll(minute.Select(async part =>
        {
            var grain = TenantIndex.Part(GrainFactory, Tenant, part);
            var entries = await grain.ListAsync();
            if (entries.Count == 0) grain.RemoveAsync("", default).Ignore();   // as above
            return entries;
        }));
        page.Reads += lists.Length;
        var wanted = lists.SelectMany(entries => entries).Where(page.MayWant).OrderDescending(Comparer<ListedGeneration>.Create((x, y) => Position.Of(x).CompareTo(Position.Of(y))));
        foreach (var some in wanted.Chunk(AskedAtOnce))
        {
            var statuses = await Task.WhenAll(some.Select(StatusAsync));
            page.Reads += some.Length;
            for (int i = 0; i < some.Length; i++)
            {
                if (!page.Offer(Position.Of(some[i]), statuses[i])) return;
            }
            if (page.Reads >= MostReads)
            {
                page.IsFull = true;
                return;
            }
        }
    }

    /// <returns>Null for one that is not there any more, or has another place in the list.</returns>
    private async Task<GenerationStatus?> StatusAsync(ListedGeneration entry)
    {
        var status = await FindAsync(entry.Id);
        if (status is not null && status.AcceptedAt == entry.AcceptedAt) return status;
        TenantIndex.Part(GrainFactory, Tenant, entry.AcceptedAt, entry.Id).RemoveAsync(entry.Id, entry.AcceptedAt).Ignore();
        return null;
    }

    /// <summary>Where the query goes on; null for the newest.</summary>
    private async Task<Position?> AfterAsync(GenerationListQuery query)
    {
        var errors = new List<RequestError>();
        if (query.Limit is < 1 or > GenerationListQuery.MaxLimit) errors.Add(new("limit", $"is {query.Limit}; it must be 1 to {GenerationListQuery.MaxLimit}."));
        Position? after = null;
        if (query.After is { } text)
        {
            after = Position.Parse(text) ?? (GenerationId.IsOne(text) && await FindAsync(text) is { } status && status.Tenant == Tenant ? new(status.AcceptedAt, status.Id) : null);
            if (after is null) errors.Add(new("after", "is neither the next of an earlier page nor the id of a generation; leave it out to begin at the newest."));
        }
        return errors.Count == 0 ? after : throw new InvalidRequestException(errors);
    }

    private async Task<GenerationStatus?> FindAsync(string id)
    {
        try
        {
            return await GrainFactory.GetGrain<IGenerationGrain>(id).GetStatusAsync();
        }
        catch (KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What of a page there is so far, and what it wants.</summary>
    private sealed class Page(GenerationListQuery query, Position? after)
    {
        private readonly DateTimeOffset _from = query.CreatedAfter ?? DateTimeOffset.MinValue, _to = query.CreatedBefore ?? DateTimeOffset.MaxValue;
        private readonly HashSet<GenerationState>? _states = query.States is { Count: > 0 } states ? [.. states] : null;

        public List<GenerationStatus> Found { get; } = [];

        public int Reads { get; set; }

        /// <summary>Nothing more is looked for, although there may be more.</summary>
        public bool IsFull { get; set; }

        /// <summary>The last one that was looked at.</summary>
        public Position? LookedAt { get; set; }

        /// <summary>Whether all that was accepted before then is too old.</summary>
        public bool IsBehind(DateTimeOffset end) => end <= _from;

        /// <summary>Whether all that was accepted since then is too new.</summary>
        public bool IsBefore(DateTimeOffset start) => start >= _to || (after is { } position && start > position.AcceptedAt);

        /// <summary>What can be told without asking the generation itself.</summary>
        public bool MayWant(ListedGeneration entry) =>
            entry.AcceptedAt >= _from && entry.AcceptedAt < _to
            && (query.Model is null || query.Model == entry.Model)
            && (_states is null || entry.End is not { } end || _states.Contains(end))
            && (after is not { } position || Position.Of(entry).CompareTo(position) < 0);

        /// <returns>False when there is no room for it: the page is full, and there are more.</returns>
        public bool Offer(Position position, GenerationStatus? status)
        {
            if (status is not null && _states?.Contains(status.State) != false)
            {
                if (Found.Count == query.Limit)
                {
                    IsFull = true;
                    return false;
                }
                Found.Add(status);
            }
            LookedAt = position;
            return true;
        }

        public GenerationListPage Done() => new(Found, LookedAt?.ToString());
    }

    /// <summary>A place in the list.</summary>
    /// <param name="Id">Empty: before every one that was accepted at that time.</param>
    private readonly record struct Position(DateTimeOffset AcceptedAt, string Id) : IComparable<Position>
    {
        private const char Mark = '_';   // no id has it

        public static Position Of(ListedGeneration entry) => new(entry.AcceptedAt, entry.Id);

        public static Position? Parse(string text)
        {
            int mark = text.IndexOf(Mark);
            if (mark < 1 || !long.TryParse(text.AsSpan(0, mark), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long ticks)) return null;
            if (ticks < DateTimeOffset.MinValue.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks) return null;
            return new(new(ticks, TimeSpan.Zero), text[(mark + 1)..]);
        }

        public int CompareTo(Position other) => AcceptedAt != other.AcceptedAt ? AcceptedAt.CompareTo(other.AcceptedAt) : string.CompareOrdinal(Id, other.Id);

        public override string ToString() => FormattableString.Invariant($"{AcceptedAt.UtcTicks:x}{Mark}{Id}");
    }
}
