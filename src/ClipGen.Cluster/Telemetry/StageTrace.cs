using System.Diagnostics;

namespace ClipGen.Cluster.Telemetry;

/// <summary>
/// Keeps a request's stages in its trace. Orleans carries a trace through a grain call only while someone listens to the source
/// that the call's span belongs to, and for a streaming call (sampling) that is its noisy runtime source. So the generation sends
/// its own span along, and a stage that finds itself without a parent takes that one.
/// </summary>
public static class StageTrace
{
    private const string ParentKey = "clipgen.traceparent", GenerationKey = "clipgen.generation.id", AttemptKey = "clipgen.attempt";

    /// <summary>Whose device time this flow's calls take; the default tenant's unless said.</summary>
    public static string Tenant => RequestContext.Get(ClusterInstruments.TenantKey) as string ?? Submission.DefaultTenant;

    /// <summary>From here on, every call of this flow belongs to the generation.</summary>
    public static void Enter(Activity? generation, string generationId)
    {
        if (generation?.Id is null) return;
        RequestContext.Set(ParentKey, generation.Id);
        RequestContext.Set(GenerationKey, generationId);
    }

    /// <summary>From here on, every call of this flow is at a tenant's cost.</summary>
    public static void EnterTenant(string tenant) => RequestContext.Set(ClusterInstruments.TenantKey, tenant);

    /// <summary>From here on, every call of this flow belongs to a stage's try of that number, from 1.</summary>
    public static void EnterAttempt(int attempt) => RequestContext.Set(AttemptKey, attempt);

    /// <summary>Starts a stage's span; null when nobody listens.</summary>
    public static Activity? Start(ActivitySource source, string name, string stage, DateTimeOffset startTime = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.HasListeners()) return null;
        var parent = Activity.Current?.Context ?? default;
        if (parent == default && RequestContext.Get(ParentKey) is string id) ActivityContext.TryParse(id, null, isRemote: true, out parent);
        return source.StartActivity(name, ActivityKind.Internal, parent, startTime: startTime)
            ?.SetTag("clipgen.stage", stage)
            .SetTag("clipgen.generation.id", RequestContext.Get(GenerationKey))
            .SetTag("clipgen.attempt", RequestContext.Get(AttemptKey));
    }

    /// <summary>Marks a span as failed by its exception's type; messages stay out of traces, for a prompt could be in them.</summary>
    public static void Fail(this Activity? activity, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
    }
}
