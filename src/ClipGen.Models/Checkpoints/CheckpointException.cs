using System.Runtime.InteropServices;

namespace ClipGen.Models.Checkpoints;

/// <summary>A checkpoint file cannot be read or written. The message is one line: which file, what is wrong and, where it helps, what would be right.</summary>
public sealed class CheckpointException : Exception
{
    private const int LongestMessage = 600;

    public CheckpointException()
    {
    }

    public CheckpointException(string message) : base(message)
    {
    }

    public CheckpointException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="problem">What is wrong with it. Text quoted from the file may be hostile: line breaks go, and so does what is too long.</param>
    public CheckpointException(string path, string problem, Exception? innerException) : this($"{path}: {OneLine(problem)}", innerException) => Path = path;

    /// <summary>The file, as the caller named it; null when the exception is not about one file.</summary>
    public string? Path { get; }

    /// <summary>Runs <paramref name="work"/> on a file; whatever the file does to it surfaces as a <see cref="CheckpointException"/>.</summary>
    /// <remarks>Parsers throw <see cref="InvalidDataException"/> and do not know the file's name; it is added here.</remarks>
    internal static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException(path, "there is no such file", e);
        }
        catch (ExternalException e)
        {
            // libtorch appends its C++ stack to the first line.
            throw new CheckpointException(path, $"libtorch refused it: {e.Message.Split('\n')[0]}", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException(path, e.Message, e);
        }
    }

    private static string OneLine(string text)
    {
        if (text.Length > LongestMessage) text = $"{text.AsSpan(0, LongestMessage)}...";
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++) line[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
    }
}
