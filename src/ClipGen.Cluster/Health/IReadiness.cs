namespace ClipGen.Cluster.Health;

/// <summary>One part of a process that has to be ready for it to be ready.</summary>
public interface IReadiness
{
    /// <summary>Why it is not ready; empty when it is.</summary>
    Task<IReadOnlyList<string>> ProblemsAsync(CancellationToken cancellationToken);

    /// <summary>Whether it has started: it may still be waiting for others to be ready.</summary>
    Task<IReadOnlyList<string>> StartingAsync(CancellationToken cancellationToken);
}
