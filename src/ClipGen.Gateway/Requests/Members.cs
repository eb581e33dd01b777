using System.Globalization;
using System.Text.Json;
using ClipGen.Gateway.Errors;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Requests;

/// <summary>
/// A body's members, taken one by one. What is wrong with them is collected, so that all of it can be told at once; a member that is
/// null is as good as absent.
/// </summary>
internal sealed class Members
{
    private readonly Dictionary<string, JsonElement> _left;
    private readonly string _path = "";

    /// <exception cref="InvalidOperationException">A name is not proper Unicode.</exception>
    public Members(JsonElement body) : this(body.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value))) { }

    public Members(IEnumerable<KeyValuePair<string, JsonElement>> members) => _left = new(members, StringComparer.Ordinal);

    private Members(JsonElement part, string path, List<Problem> problems) : this(part) => (_path, Problems) = (path, problems);

    /// <summary>In the order of finding; the body's own for the members of its parts.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>How problems name a member: that of a part with the way to it.</summary>
    public string PathOf(string name) => _path + name;

    public string? Text(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) return Wrong(name, "a string");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return Wrong(name, "proper Unicode");   // half a surrogate pair
        }
    }

    /// <summary>A file in base64, or a <c>data:</c> URL of one.</summary>
    /// <param name="otherwise">What is to be said of a string that is neither.</param>
    public byte[]? File(string name, string otherwise)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String) Wrong(name, "a string");
        else if (Base64File.Decode(value) is { } file) return file;
        else Add(ErrorCodes.InvalidValue, name, otherwise);
        return null;
    }

    /// <returns>One of the values; null for none of them, which is a problem then.</returns>
    public string? OneOf(string name, params string[] values)
    {
        string? text = Text(name);
        if (text is null || values.Contains(text, StringComparer.Ordinal)) return text;
        Add(ErrorCodes.InvalidValue, name, $"must be {string.Join(" or ", values)}.");
        return null;
    }

    public int? Integer(string name, int min = int.MinValue, int max = int.MaxValue)
    {
        if (Take(name) is not { } value) return null;
        bool isNumber = value.ValueKind == JsonValueKind.Number;
        if (isNumber && value.TryGetInt32(out int number) && number >= min && number <= max) return number;
        Add(isNumber ? ErrorCodes.InvalidValue : ErrorCodes.InvalidType, name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}."));
        return null;
    }

    public ulong? Unsigned(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number)) return number;
        Add(value.ValueKind == JsonValueKind.Number ? ErrorCodes.InvalidValue : ErrorCodes.InvalidType, name, $"must be a whole number from 0 to {ulong.MaxValue}.");
        return null;
    }

    public double? Number(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetDouble();
        Wrong(name, "a number");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(name, "true or false");
        return null;
    }

    /// <summary>The objects of an array, whose problems are this body's; none of them where it is no such array, which is a problem then.</summary>
    public IReadOnlyList<Members>? Objects(string name, int max)
    {
        if (Take(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(part => part.ValueKind != JsonValueKind.Object))
        {
            Wrong(name, "an array of objects");
            return [];
        }
        if (value.GetArrayLength() <= max) return [.. value.EnumerateArray().Select((part, i) => new Members(part, $"{PathOf(name)}[{i.ToString(CultureInfo.InvariantCulture)}].", Problems))];
        Add(ErrorCodes.InvalidValue, name, $"must have at most {max.ToString(CultureInfo.InvariantCulture)} parts.");
        return [];
    }

    /// <summary>Whether the member is there and not null; it is not looked at any further.</summary>
    public bool Has(string name) => Take(name) is not null;

    public void Add(string code, string name, string message) => Problems.Add(new(code, PathOf(name), message));

    /// <summary>Every member that has not been taken is one that we do not honour.</summary>
    public void RefuseRest()
    {
        foreach (string name in _left.Keys.Order(StringComparer.Ordinal)) Add(ErrorCodes.UnknownParameter, OneLine(name), "is not a parameter of this request; leave it out.");
        _left.Clear();
    }

    private JsonElement? Take(string name) => _left.Remove(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string? Wrong(string name, string right)
    {
        Add(ErrorCodes.InvalidType, name, $"must be {right}.");
        return null;
    }

    /// <summary>A name that comes from outside and goes into a message.</summary>
    public static string OneLine(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}
