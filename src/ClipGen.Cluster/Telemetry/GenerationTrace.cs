using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ClipGen.Cluster.Telemetry;

/// <summary>One generation's span, times and metrics.</summary>
internal sealed class GenerationTrace : IDisposable
{
    private readonly ClusterInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly GenerationRequest _request;
    private readonly KeyValuePair<string, object?> _model;
    private readonly string _silo;
    private readonly Activity? _span;
    private readonly long _began;
    private readonly Dictionary<string, double> _seconds = [];
    private double _deviceSeconds;
    private Activity? _queue;
    private bool _previewed;
    private long _queuedAt;

    /// <param name="silo">Whose work it is, for its spans.</param>
    /// <param name="parent">What it was accepted within, as a W3C traceparent, wherever it goes on by now; null for nothing.</param>
    /// <param name="capturePrompt">Whether the span carries the prompt.</param>
    public GenerationTrace(ClusterInstruments instruments, TimeProvider time, string silo, string id, GenerationRequest request, string? parent, bool capturePrompt)
    {
        (_instruments, _time, _silo, _request, _began) = (instruments, time, silo, request, time.GetTimestamp());
        _model = new(ClusterInstruments.ModelKey, request.Model);
        ActivityContext.TryParse(parent, null, isRemote: true, out var within);
        _span = ClusterInstruments.Source.StartActivity($"generate_content {request.Model}", ActivityKind.Internal, within)
            ?.SetTag("gen_ai.operation.name", "generate_content")
            .SetTag("gen_ai.provider.name", "clipgen")
            .SetTag("gen_ai.request.model", request.Model)
            .SetTag("gen_ai.output.type", "image")
            .SetTag("gen_ai.request.choice.count", request.Keep == 1 ? null : request.Keep)
            .SetTag("gen_ai.request.seed", request.Seed <= long.MaxValue ? (long)request.Seed : request.Seed.ToString(CultureInfo.InvariantCulture))
            .SetTag("gen_ai.request.top_k", request.Sampling.TopK)
            .SetTag("gen_ai.request.top_p", request.Sampling.TopP)
            .SetTag("gen_ai.request.temperature", request.Sampling.Temperature)
            .SetTag("gen_ai.response.id", id)
            .SetTag("gen_ai.response.model", request.Model)
            .SetTag(ClusterInstruments.SiloKey, silo)
            .SetTag("gen_ai.input.messages", capturePrompt ? Messages(request.Prompt) : null);
        StageTrace.Enter(_span, id);
    }

    /// <summary>What ended the generation, if it failed.</summary>
    public Exception? Error { get; set; }

    /// <summary>The span as a W3C traceparent, for stages that hear of the generation in other ways than by a call of it; null when nobody listens.</summary>
    public string? Parent => _span?.Id;

    /// <summary>Times a stage, and gives it a span here if <paramref name="span"/> names one: most stages make theirs where they run.</summary>
    public async Task<T> MeasureAsync<T>(string stage, string? span, Func<Task<T>> work)
    {
        long began = _time.GetTimestamp();
        using var activity = span is null ? null : Start(span, stage);
        try
        {
            return await work();
        }
        catch (Exception e)
        {
            activity.Fail(e);
            throw;
        }
        finally
        {
            _seconds[stage] = _time.GetElapsedTime(began).TotalSeconds;
            _instruments.StageDuration.Record(_seconds[stage], _model, new(ClusterInstruments.StageKey, stage));
        }
    }

    /// <summary>Its candidates wait for slots from here on.</summary>
    public void Queued()
    {
        if (_queuedAt != 0) return;
        _queuedAt = _time.GetTimestamp();
        _queue = Start("clipgen.queue", "queue");
    }

    /// <summary>The first of them has a slot.</summary>
    public void Dequeued()
    {
        if (_queuedAt == 0 || _seconds.ContainsKey("queue")) return;
        _seconds["queue"] = _time.GetElapsedTime(_queuedAt).TotalSeconds;
        _instruments.StageDuration.Record(_seconds["queue"], _model, new(ClusterInstruments.StageKey, "queue"));
        _instruments.QueueDuration.Record(_seconds["queue"], _model, new(ClusterInstruments.StageKey, "sample"));
        _instruments.TimeToFirstToken.Record(_time.GetElapsedTime(_began).TotalSeconds, _model);
        _queue?.Dispose();
    }

    /// <summary>There is something to look at.</summary>
    public void Previewed()
    {
        if (_previewed) return;
        _previewed = true;
        double seconds = _time.GetElapsedTime(_began).TotalSeconds;
        _instruments.FirstPreviewDuration.Record(seconds, _model);
        _span?.SetTag("gen_ai.response.time_to_first_chunk", seconds);
    }

    /// <summary>Its share of a device's time.</summary>
    public void DeviceTime(double seconds) => _deviceSeconds += seconds;

    public StageTimes Times() => new()
    {
        Encode = _seconds.GetValueOrDefault("encode"),
        Sample = _seconds.GetValueOrDefault("sample"),
        DecodeAndRank = _seconds.GetValueOrDefault("decode"),
        Store = _seconds.GetValueOrDefault("store"),
        Total = _time.GetElapsedTime(_began).TotalSeconds,
        DeviceSeconds = _deviceSeconds,
    };

    /// <summary>Ends the span and counts; <paramref name="status"/> is the generation's last.</summary>
    public void End(GenerationStatus status)
    {
        string outcome = status.State.ToString().ToLowerInvariant();
        string? error = Error?.GetType().FullName ?? (status.State == GenerationState.Cancelled ? outcome : null);
        TagList tags = [_model, new("gen_ai.operation.name", "generate_content")];
        if (error is not null) tags.Add("error.type", error);
        _instruments.RequestDuration.Record(_time.GetElapsedTime(_began).TotalSeconds, tags);
        _instruments.Ended(_request.Model, status.State, _request.Keep, status.CodesDrawn);
        foreach (double score in status.Result?.CandidateScores ?? []) _instruments.RerankScore.Record(score, _model);

        _span?.SetTag("error.type", error)
            .SetTag("gen_ai.usage.input_tokens", status.Result?.PromptTokens)
            .SetTag("gen_ai.usage.output_tokens", status.CodesDrawn)
            .SetTag("clipgen.device_seconds", _deviceSeconds)
            .SetStatus(Error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
        _span?.Stop();
    }

    private Activity? Start(string name, string stage) => StageTrace.Start(ClusterInstruments.Source, name, stage)?.SetTag(ClusterInstruments.SiloKey, _silo);

    // As the conventions write what a model was asked.
    private static string Messages(string prompt) => JsonSerializer.Serialize(new[] { new { role = "user", parts = new[] { new { type = "text", content = prompt } } } });

    public void Dispose()
    {
        _queue?.Dispose();
        _span?.Dispose();
    }
}
