using System.Diagnostics;

namespace ClipGen.Engine.Telemetry;

/// <summary>Is told of every step of a device's sampler, while the device waits for it: it must return at once and must not throw.</summary>
public interface IStepObserver
{
    /// <summary>Whether the next step is to name the spans that it serves, which costs a list.</summary>
    /// <param name="steps">How many steps are told of together.</param>
    bool WantsSpans(int steps);

    void Stepped(in StepReport report);
}

/// <summary>One step, or several alike.</summary>
/// <param name="Steps">1 on a real device; a simulated one tells of as many as do not differ.</param>
/// <param name="Active">Sequences that each of them served.</param>
/// <param name="Capacity">Sequences that each of them had room for.</param>
/// <param name="Seconds">Of each of them.</param>
/// <param name="Spans">Of the sequences that were sampled within one; null unless it was asked for.</param>
public readonly record struct StepReport(int Steps, int Active, int Capacity, double Seconds, IReadOnlyList<ActivityContext>? Spans);
