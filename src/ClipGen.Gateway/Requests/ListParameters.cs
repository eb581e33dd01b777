using System.Globalization;
using ClipGen.Gateway.Errors;
using Microsoft.AspNetCore.Http;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Requests;

/// <summary>Reads the parameters of <c>GET /v1/generations</c>; what is wrong with them is told all at once.</summary>
internal static class ListParameters
{
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <exception cref="ApiException">Something is wrong with them.</exception>
    public static GenerationListQuery Read(IQueryCollection parameters)
    {
        var problems = new List<Problem>();
        var query = new GenerationListQuery();
        // Null is absent, as in a body.
        foreach (var (name, values) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            string[] texts = [.. values.Where(v => !string.IsNullOrEmpty(v)).Select(v => v!)];
            if (texts.Length > 1 && name != "state") problems.Add(new(ErrorCodes.InvalidValue, name, "is there more than once."));
            query = name switch
            {
                "limit" or "after" or "model" or "created_after" or "created_before" when texts.Length == 0 => query,
                "limit" => query with { Limit = (int?)Number(name, texts[0], 1, GenerationListQuery.MaxLimit, problems) ?? query.Limit },
                "after" => query with { After = texts[0] },
                "state" => query with { States = [.. texts.SelectMany(t => t.Split(',')).Select(t => State(t, problems)).OfType<GenerationState>()] },
                "model" => query with { Model = texts[0] },
                "created_after" => query with { CreatedAfter = Time(name, texts[0], problems) },
                "created_before" => query with { CreatedBefore = Time(name, texts[0], problems) },
                _ => Unknown(name, query, problems),
            };
        }
        return problems.Count == 0 ? query : throw ApiErrors.Invalid(problems);
    }

    private static DateTimeOffset? Time(string name, string text, List<Problem> problems) =>
        Number(name, text, 0, LastSecond, problems) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static long? Number(string name, string text, long min, long max, List<Problem> problems)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= min && number <= max) return number;
        problems.Add(new(ErrorCodes.InvalidValue, name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}.")));
        return null;
    }

    private static GenerationState? State(string text, List<Problem> problems)
    {
        switch (text)
        {
            case States.Queued: return GenerationState.Queued;
            case States.Running: return GenerationState.Running;
            case States.Completed: return GenerationState.Completed;
            case States.Failed: return GenerationState.Failed;
            case States.Cancelled: return GenerationState.Cancelled;
            default:
                if (!problems.Any(p => p.Param == "state"))
                    problems.Add(new(ErrorCodes.InvalidValue, "state", $"must be {States.Queued}, {States.Running}, {States.Completed}, {States.Failed} or {States.Cancelled}."));
                return null;
        }
    }

    private static GenerationListQuery Unknown(string name, GenerationListQuery query, List<Problem> problems)
    {
        // It comes from outside and goes into a message.
        problems.Add(new(ErrorCodes.UnknownParameter, new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]), "is not a parameter of this request; leave it out."));
        return query;
    }
}
