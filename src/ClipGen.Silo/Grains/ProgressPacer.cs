namespace ClipGen.Silo.Grains;

/// <summary>
/// Says when a candidate's progress is worth sending: when another twentieth of it is drawn, or sooner if 100 ms have passed, so
/// that a fast device sends at most twenty and a slow one does not seem to stand still. The last step is not progress: the codes follow.
/// </summary>
internal sealed class ProgressPacer(int total, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private int _sent;
    private long _sentAt = time.GetTimestamp();

    public bool IsDue(int step)
    {
        if (step >= total || step <= _sent) return false;
        if ((step - _sent) * 20L < total && time.GetElapsedTime(_sentAt) < Patience) return false;
        (_sent, _sentAt) = (step, time.GetTimestamp());
        return true;
    }
}
