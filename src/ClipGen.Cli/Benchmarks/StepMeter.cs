namespace ClipGen.Cli.Benchmarks;

/// <summary>
/// Counts the steps of one device and the codes drawn in them. A device tells each of a step's sequences what it has drawn, and nobody
/// when a step begins; that shows by a sequence being told again, or by more sequences being told than there are slots.
/// </summary>
internal sealed class StepMeter(int slots)
{
    private readonly Lock _gate = new();
    private long _steps, _codes;   // the step under way is not among the steps
    private int _inStep;

    /// <summary>Steps that have ended so far, and codes drawn in them: those of the step under way would count for a whole one, or for none.</summary>
    public StepCount Now { get { lock (_gate) return new(_steps, _codes - _inStep); } }

    /// <summary>What a sequence of its own calls at each of its codes.</summary>
    public Action Follow()
    {
        long last = -1;
        return () =>
        {
            lock (_gate)
            {
                if (last == _steps || _inStep == slots) (_steps, _inStep) = (_steps + 1, 0);
                last = _steps;
                _codes++;
                _inStep++;
            }
        };
    }
}

/// <param name="Steps">Of the whole batch.</param>
/// <param name="Codes">One for each sequence of each step.</param>
internal readonly record struct StepCount(long Steps, long Codes)
{
    public static StepCount operator -(StepCount later, StepCount earlier) => new(later.Steps - earlier.Steps, later.Codes - earlier.Codes);

    /// <summary>Mean share of the slots that a step had something to do for; 0 without steps.</summary>
    public double Occupancy(int slots) => Steps == 0 ? 0 : Codes / ((double)Steps * slots);
}
