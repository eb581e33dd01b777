using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClipGen.Client.Telemetry;

/// <summary>One call's span and duration; ends when disposed.</summary>
internal sealed class ClientOperation(Activity? span, Histogram<double> duration, string? model) : IDisposable
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private string? _model = model;
    private string? _error;
    private bool _previewed;

    public Activity? Span => span;

    /// <summary>Runs the call's first part, and says so if it fails.</summary>
    public async Task<T> WithinAsync<T>(Func<Task<T>> part)
    {
        try
        {
            return await part();
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
    }

    public void Accepted(GenerationStatus generation)
    {
        _model = generation.Request.Model;
        span?.SetTag("gen_ai.response.id", generation.Id).SetTag("gen_ai.response.model", _model);
    }

    public void Saw(GenerationUpdate update)
    {
        if (update.Preview is not null && !_previewed)
        {
            _previewed = true;
            span?.SetTag("gen_ai.response.time_to_first_chunk", Stopwatch.GetElapsedTime(_began).TotalSeconds);
        }
        if (!update.IsLast) return;
        span?.SetTag("gen_ai.usage.input_tokens", update.Status.Result?.PromptTokens).SetTag("gen_ai.usage.output_tokens", update.Status.CodesDrawn);
        if (update.Status.Result is null) Fail(new ClipGenGenerationException(update.Status));
    }

    /// <summary>The error's code where it has one: the type alone says little.</summary>
    public void Fail(Exception error)
    {
        _error = (error as ClipGenException)?.Code ?? error.GetType().FullName;
        span?.SetTag("error.type", _error).SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        TagList tags = new() { { "gen_ai.operation.name", "generate_content" }, { "gen_ai.provider.name", "clipgen" } };
        if (_model is not null) tags.Add("gen_ai.request.model", _model);
        if (_error is not null) tags.Add("error.type", _error);
        duration.Record(Stopwatch.GetElapsedTime(_began).TotalSeconds, tags);
        span?.Dispose();
    }
}
