using System.Diagnostics;
using ClipGen.Cli.Joining;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Chaos;

/// <summary>
/// Sends generations at a steady pace, whatever becomes of them, and sees them through. A submission is repeated under the same key
/// until it is accepted. From then on nobody asks the generation anything, for being asked would wake it: the manifest in the image
/// folder says that it is done.
/// </summary>
internal sealed class Load(ClientSilo client, ulong seed, double rate, string images, Stopwatch clock)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20), BeforeAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20), Patience = TimeSpan.FromSeconds(90);

    private readonly List<SentGeneration> _sent = [];

    public IReadOnlyList<SentGeneration> Sent => _sent;

    /// <summary>Sends so many, and more as long as <paramref name="more"/> says so; returns when all have come to an end.</summary>
    public async Task<IReadOnlyList<SentGeneration>> SendAsync(int count, Func<bool> more, CancellationToken cancellationToken)
    {
        var sent = new List<SentGeneration>();
        var work = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / rate));
        while (sent.Count < count || more())
        {
            var next = new SentGeneration(_sent.Count, SimulatedWorld.Request(seed, _sent.Count));
            _sent.Add(next);
            sent.Add(next);
            work.Add(SeeThroughAsync(next, cancellationToken));
            await timer.WaitForNextTickAsync(cancellationToken);
        }
        await Task.WhenAll(work);
        return sent;
    }

    private async Task SeeThroughAsync(SentGeneration generation, CancellationToken cancellationToken)
    {
        await Task.Yield();
        generation.SubmittedAt = clock.Elapsed.TotalSeconds;
        var submission = new Submission { Request = generation.Request, IdempotencyKey = $"{seed}-{generation.Number}" };
        generation.Id = (await InsistAsync(() => client.Grains.GetGrain<IGatewayGrain>(generation.Request.Model).SubmitAsync(submission), e => generation.Resubmissions.Add(e.GetType().Name), cancellationToken))?.Id;
        if (generation.Id is null) return;
        generation.AcceptedAt = clock.Elapsed.TotalSeconds;

        string manifest = Path.Combine(images, generation.Request.ManifestName);
        if (await WaitForAsync(manifest, Silence, cancellationToken)) generation.StoredAt = clock.Elapsed.TotalSeconds;
        else generation.HadToBeAsked = true;
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience; await Task.Delay(BeforeAgain, cancellationToken))
        {
            generation.Status = await InsistAsync(() => client.Grains.GetGrain<IGenerationGrain>(generation.Id).GetStatusAsync(), _ => { }, cancellationToken) ?? generation.Status;
            if (generation.Status?.State is GenerationState.Completed or GenerationState.Failed or GenerationState.Cancelled) break;
        }
        if (File.Exists(manifest)) generation.StoredAt ??= clock.Elapsed.TotalSeconds;
    }

    private static async Task<bool> WaitForAsync(string file, TimeSpan longest, CancellationToken cancellationToken)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < longest; await Task.Delay(Poll, cancellationToken))
        {
            if (File.Exists(file)) return true;
        }
        return false;
    }

    /// <summary>Calls until there is an answer; null if there is none for very long.</summary>
    private static async Task<T?> InsistAsync<T>(Func<Task<T>> call, Action<Exception> again, CancellationToken cancellationToken) where T : class
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience;)
        {
            try
            {
                return await call().WaitAsync(cancellationToken);
            }
            catch (RefusedException e)
            {
                again(e);
                await Task.Delay(e.RetryAfter ?? throw new CommandException(e.Message), cancellationToken);
            }
            catch (Exception e) when (e is not (InvalidRequestException or IdempotencyMismatchException))
            {
                // What is on its way when this process has to join anew is cancelled, though nobody asked for it.
                again(e);
                await Task.Delay(BeforeAgain, cancellationToken);
            }
        }
        return null;
    }
}
