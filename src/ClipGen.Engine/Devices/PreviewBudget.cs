namespace ClipGen.Engine.Devices;

/// <summary>
/// Keeps previews from slowing sampling by more than a little, whatever an image costs to decode: they get a <see cref="Share"/> of the time that
/// passes. What they leave of it is kept for <see cref="Burst"/> of them: a request that comes alone is shown as it wished, and a device that never
/// runs out of work draws. Thread-safe.
/// </summary>
internal sealed class PreviewBudget(TimeProvider time)
{
    /// <summary>
    /// Of the time. 5 % are promised; a preview also costs some outside the device, as a file and on its way. On a CPU it runs beside the sampler, whose
    /// threads it makes fewer and slower: with 3 % of the device's time instead, of which it is charged half then, 2 cores drew 0.952 ± 0.041 of what they did without.
    /// </summary>
    public const double Share = 0.03;

    /// <summary>Previews: twice as many as a request may wish for.</summary>
    public const int Burst = 6;

    private readonly Lock _gate = new();
    private long _since = time.GetTimestamp();
    private double _kept = double.PositiveInfinity;   // until the first preview tells what one costs

    /// <summary>Whether there is time for another one.</summary>
    public bool Allows
    {
        get
        {
            lock (_gate) return Kept > 0;
        }
    }

    private double Kept => _kept + Share * time.GetElapsedTime(_since).TotalSeconds;

    /// <param name="seconds">How long a preview took.</param>
    public void Spend(double seconds)
    {
        lock (_gate) (_kept, _since) = (Math.Min(Kept, Burst * seconds) - seconds, time.GetTimestamp());
    }
}
