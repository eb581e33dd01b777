namespace ClipGen.EndToEnd.Tests.Observability;

/// <summary>A span as it arrived.</summary>
/// <param name="Links">Ids of the spans it links to.</param>
internal sealed record OtlpSpan(
    string Protocol, string Scope, string TraceId, string SpanId, string ParentId, string Name, string Kind, SortedDictionary<string, object> Attributes, IReadOnlyList<string> Links);

internal sealed record OtlpLog(string Protocol, string TraceId, string SpanId, string Body, SortedDictionary<string, object> Attributes);

/// <summary>Reads OTLP's export requests (opentelemetry-proto 1.x) as far as tests look at them.</summary>
internal static class OtlpMessages
{
    private static readonly string[] Kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    public static List<OtlpSpan> Spans(string protocol, byte[] request)
    {
        var spans = new List<OtlpSpan>();
        EachScope(request, (scope, item) => spans.Add(Span(protocol, scope, item)));
        return spans;
    }

    public static List<OtlpLog> Logs(string protocol, byte[] request)
    {
        var logs = new List<OtlpLog>();
        EachScope(request, (_, item) => logs.Add(Log(protocol, item)));
        return logs;
    }

    public static List<string> MetricNames(byte[] request)
    {
        var names = new List<string>();
        EachScope(request, (_, item) =>
        {
            var reader = new ProtobufReader(item);
            while (reader.Read()) if (reader.Field == 1) names.Add(reader.Text);
        });
        return names;
    }

    private delegate void OnItem(string scope, ReadOnlySpan<byte> item);

    /// <summary>All three signals have the same outside: resources (1), their scopes (2), a scope's name (1 in 1) and items (2).</summary>
    private static void EachScope(ReadOnlySpan<byte> request, OnItem found)
    {
        var resources = new ProtobufReader(request);
        while (resources.Read())
        {
            var scopes = new ProtobufReader(resources.Bytes);
            while (scopes.Read())
            {
                if (scopes.Field != 2) continue;
                string name = "";
                var items = new ProtobufReader(scopes.Bytes);
                while (items.Read())
                {
                    if (items.Field == 1) name = First(items.Bytes);
                    else if (items.Field == 2) found(name, items.Bytes);
                }
            }
        }
    }

    private static OtlpSpan Span(string protocol, string scope, ReadOnlySpan<byte> item)
    {
        string trace = "", id = "", parent = "", name = "", kind = Kinds[0];
        var attributes = new SortedDictionary<string, object>(StringComparer.Ordinal);
        var links = new List<string>();
        var reader = new ProtobufReader(item);
        while (reader.Read())
        {
            if (reader.Field == 1) trace = reader.Hex;
            else if (reader.Field == 2) id = reader.Hex;
            else if (reader.Field == 4) parent = reader.Hex;
            else if (reader.Field == 5) name = reader.Text;
            else if (reader.Field == 6) kind = Kinds[(int)reader.Number];
            else if (reader.Field == 9) Add(attributes, reader.Bytes);
            else if (reader.Field == 13) links.Add(Linked(reader.Bytes));
        }
        return new(protocol, scope, trace, id, parent, name, kind, attributes, links);
    }

    private static OtlpLog Log(string protocol, ReadOnlySpan<byte> item)
    {
        string trace = "", span = "", body = "";
        var attributes = new SortedDictionary<string, object>(StringComparer.Ordinal);
        var reader = new ProtobufReader(item);
        while (reader.Read())
        {
            if (reader.Field == 5) body = First(reader.Bytes);
            else if (reader.Field == 6) Add(attributes, reader.Bytes);
            else if (reader.Field == 9) trace = reader.Hex;
            else if (reader.Field == 10) span = reader.Hex;
        }
        return new(protocol, trace, span, body, attributes);
    }

    private static string First(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read()) if (reader.Field == 1) return reader.Text;
        return "";
    }

    private static string Linked(ReadOnlySpan<byte> link)
    {
        var reader = new ProtobufReader(link);
        while (reader.Read()) if (reader.Field == 2) return reader.Hex;
        return "";
    }

    private static void Add(SortedDictionary<string, object> attributes, ReadOnlySpan<byte> pair)
    {
        string key = "";
        object value = "";
        var reader = new ProtobufReader(pair);
        while (reader.Read())
        {
            if (reader.Field == 1) key = reader.Text;
            else if (reader.Field == 2) value = Value(reader.Bytes);
        }
        attributes[key] = value;
    }

    private static object Value(ReadOnlySpan<byte> any)
    {
        var reader = new ProtobufReader(any);
        if (!reader.Read()) return "";
        return reader.Field switch { 1 => reader.Text, 2 => reader.Number != 0, 3 => (long)reader.Number, 4 => reader.Double, _ => $"field {reader.Field}" };
    }
}
