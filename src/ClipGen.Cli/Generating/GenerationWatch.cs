using System.Diagnostics;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Generating;

/// <summary>Follows a generation to its end and shows how far it is.</summary>
internal static class GenerationWatch
{
    /// <summary>How long it may be out of reach: silos that are lost are replaced sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), BeforeAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>Cancels the generation when the token says so.</summary>
    /// <param name="generation">Asked again whenever what it gave is lost.</param>
    /// <returns>Its last status.</returns>
    public static async Task<GenerationStatus> FollowAsync(Func<IGenerationGrain> generation, StatusLine line, CancellationToken cancellationToken)
    {
        GenerationStatus? last = null;
        int next = 0;
        long heard = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await foreach (var happened in generation().WatchAsync(next, cancellationToken))
                {
                    (last, next, heard) = (happened.Status, happened.Number + 1, Stopwatch.GetTimestamp());
                    Show(happened, line);
                }
                return last ?? throw new CommandException("The generation was lost before it began.");
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await generation().CancelAsync();
                throw;
            }
            catch (Exception e) when (IsPassing(e) && Stopwatch.GetElapsedTime(heard) < Patience)
            {
                // What hosted it is gone; it goes on elsewhere, and so do its events.
                await Task.Delay(BeforeAgain, cancellationToken);
            }
            catch (Exception e) when (IsPassing(e))
            {
                throw new CommandException($"The cluster has not been heard of for {Patience.TotalSeconds:0} s; the generation goes on when it is back. {e.Message}");
            }
        }
    }

    /// <summary>Whether an error says something of the cluster at this moment and nothing of the generation.</summary>
    public static bool IsPassing(Exception e) => e is OrleansException or TimeoutException or OperationCanceledException;

    private static void Show(GenerationEvent happened, StatusLine line)
    {
        double share = happened.Status.CodesDrawn / (double)happened.Status.CodesTotal;
        line.Show(happened.Kind switch
        {
            GenerationEventKind.Queued or GenerationEventKind.Encoded => "reading the prompt …",
            GenerationEventKind.Sampling or GenerationEventKind.CandidateSampled => $"sampling {StatusLine.Bar(share)} {share,4:P0}",
            GenerationEventKind.Retried => "a device was lost; others go on …",
            _ => "decoding and ranking …",
        });
    }
}
