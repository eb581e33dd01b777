using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Gateway.Tests.Official;

/// <summary>An error of the wire's table: how a server comes to answer with it, and what clients must read.</summary>
/// <param name="NodeClass">The Node client's own class for it.</param>
internal sealed record Provocation(string Name, int Status, string Type, string Code, string? Param, string NodeClass)
{
    /// <summary>Body of <c>POST /v1/images/generations</c>.</summary>
    public string Body { get; init; } = """{"prompt":"x"}""";

    /// <summary>Path below <c>/v1</c> that is fetched instead.</summary>
    public string? Get { get; init; }

    public string? IdempotencyKey { get; init; }

    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Whether there is a device at all.</summary>
    public bool Device { get; init; } = true;

    /// <summary>Whether sampling stops halfway.</summary>
    public bool Held { get; init; }

    public Exception? DecodeFailure { get; init; }

    /// <summary>Brings the server to where it answers so.</summary>
    public Func<Sut, FakeEngine, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether the answer must say when to try again.</summary>
    public bool Later { get; init; }

    /// <summary>The <c>x-should-retry</c> header.</summary>
    public string? ShouldRetry { get; init; }

    public override string ToString() => Name;
}
