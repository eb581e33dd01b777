using System.Globalization;
using System.Text;
using ClipGen.Client.Wire;

namespace ClipGen.Client.Http;

/// <summary>The query of <c>GET /v1/generations</c>.</summary>
internal static class ListQuery
{
    public static string Of(GenerationFilter filter, string? after)
    {
        var query = new StringBuilder("v1/generations?limit=").Append(CultureInfo.InvariantCulture, $"{filter.PageSize}");
        void Add(string name, string? value)
        {
            if (value is not null) query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
        Add("after", after);
        foreach (var state in filter.States ?? []) Add("state", NameOf(state));
        Add("model", filter.Model);
        Add("created_after", Seconds(filter.CreatedAfter));
        Add("created_before", Seconds(filter.CreatedBefore));
        return query.ToString();
    }

    private static string? Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string NameOf(GenerationState state) => state switch
    {
        GenerationState.Queued => WireNames.States.Queued,
        GenerationState.Running => WireNames.States.Running,
        GenerationState.Completed => WireNames.States.Completed,
        GenerationState.Failed => WireNames.States.Failed,
        GenerationState.Cancelled => WireNames.States.Cancelled,
        _ => state.ToString(),   // the server says that there is none
    };
}
