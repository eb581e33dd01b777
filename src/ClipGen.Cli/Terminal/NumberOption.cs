using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace ClipGen.Cli.Terminal;

/// <summary>Options whose parse errors name the option, what was given, and what would be right.</summary>
internal static class NumberOption
{
    /// <summary>An optional number; null when it is not given.</summary>
    public static Option<T?> Create<T>(string name, string description, params string[] aliases) where T : struct, INumber<T>
    {
        var option = new Option<T?>(name, aliases) { Description = description, HelpName = IsWhole<T>() ? "count" : "number" };
        option.CustomParser = result => Parse<T>(result, name);
        return option;
    }

    /// <summary>A number with a default.</summary>
    public static Option<T> Create<T>(string name, string description, T otherwise, params string[] aliases) where T : struct, INumber<T>
    {
        var option = new Option<T>(name, aliases) { Description = description, HelpName = IsWhole<T>() ? "count" : "number", DefaultValueFactory = _ => otherwise };
        option.CustomParser = result => Parse<T>(result, name) ?? otherwise;
        return option;
    }

    /// <exception cref="CommandException">The value is out of its range.</exception>
    public static void Check(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) throw new CommandException(FormattableString.Invariant($"{name} is {value}; it must be {least} to {most}."));
    }

    private static T? Parse<T>(ArgumentResult result, string name) where T : struct, INumber<T>
    {
        if (result.Tokens.Count == 0) return null;
        string text = result.Tokens[0].Value;
        var style = IsWhole<T>() ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out T value)) return value;
        string range = IsWhole<T>() ? $"a whole number{Range<T>()}" : "a number";
        result.AddError($"{name} is '{text}'; it must be {range}.");
        return null;
    }

    private static string Range<T>() => typeof(T) == typeof(ulong) ? $" from 0 to {ulong.MaxValue}" : "";

    private static bool IsWhole<T>() where T : struct, INumber<T> => T.IsInteger(T.One / (T.One + T.One));
}
