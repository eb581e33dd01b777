using System.Globalization;
using ClipGen.Cli.Terminal;
using ClipGen.Training.Runs;

namespace ClipGen.Cli.Training;

/// <summary>A training's progress bar; where standard error is no terminal, a line every half minute.</summary>
internal sealed class TrainingLine : IProgress<TrainingProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private readonly StatusLine line = new();
    private long reported = -1;
    private string? stage;

    public void Report(TrainingProgress value)
    {
        double share = value.Step / (double)value.Steps;
        string left = value.Remaining is { } time ? FormattableString.Invariant($", {Math.Ceiling(time.TotalMinutes)} min left") : "";
        string text = FormattableString.Invariant($"{value.Stage,-5} {StatusLine.Bar(share)} {value.Step}/{value.Steps}{left}  {Losses(value.Losses)}");
        line.Show(text);
        if (!Console.IsErrorRedirected) return;
        if (value.Stage == stage && value.Step != value.Steps && reported >= 0 && Environment.TickCount64 - reported < Interval.TotalMilliseconds) return;
        (reported, stage) = (Environment.TickCount64, value.Stage);
        Console.Error.WriteLine(text);
    }

    public static string Losses(IReadOnlyDictionary<string, double> losses) =>
        string.Join("  ", losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Key} {loss.Value:0.####}")));

    public void Dispose() => line.Dispose();
}
