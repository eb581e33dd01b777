namespace ClipGen.Cli.Chaos;

/// <summary>One request of the load and what became of it. Times are seconds since the run's start.</summary>
internal sealed class SentGeneration(int number, GenerationRequest request)
{
    public int Number => number;

    public GenerationRequest Request => request;

    public double SubmittedAt { get; set; }

    /// <summary>What each submission failed with after which it was sent again: the error's type.</summary>
    public List<string> Resubmissions { get; } = [];

    /// <summary>Null when it was not accepted.</summary>
    public string? Id { get; set; }

    /// <summary>When its manifest was there; null when it never was.</summary>
    public double? StoredAt { get; set; }

    /// <summary>Whether somebody had to ask for it before it went on.</summary>
    public bool HadToBeAsked { get; set; }

    /// <summary>The last that it said of itself.</summary>
    public GenerationStatus? Status { get; set; }

    /// <summary>When it was accepted.</summary>
    public double? AcceptedAt { get; set; }

    public static string Heading => "number\tid\tsubmitted\taccepted\tstored\tresubmissions\tretries\tstate";

    public string ToLine() => FormattableString.Invariant($"{number}\t{Id}\t{SubmittedAt:F2}\t{AcceptedAt:F2}\t{StoredAt:F2}\t{Resubmissions.Count}\t{Status?.Retries}\t{Status?.State}");

    public bool IsCompleted => Status?.State == GenerationState.Completed;

    public double? Latency => StoredAt - SubmittedAt;
}
