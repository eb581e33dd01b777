using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ClipGen.Cli.Chaos;

/// <summary>A log in a file, for a process whose standard output belongs to its report.</summary>
internal sealed class FileLog(string path) : ILoggerProvider
{
    private readonly StreamWriter _file = new(path, append: true) { AutoFlush = true };
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { lock (_gate) _file.Dispose(); }

    private void Write(string line)
    {
        lock (_gate)
        {
            try
            {
                _file.WriteLine(line);
            }
            catch (ObjectDisposedException)
            {
                // A last word after the end.
            }
        }
    }

    private sealed class Logger(FileLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:O} {logLevel} {category}: {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}"));
    }
}
