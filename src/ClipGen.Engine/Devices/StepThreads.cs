using System.Numerics;

namespace ClipGen.Engine.Devices;

/// <summary>
/// Finds out how many CPU threads make a sampler's step fastest, and goes on finding out: a step is many small products, after each of which all
/// threads wait for the last. Two threads may well be faster than one on a quiet machine and many times slower beside one busy process. Only powers
/// of two are tried. Knows no clock; not thread-safe.
/// </summary>
internal sealed class StepThreads
{
    /// <summary>More threads are taken for a step that takes at most so much of what it takes with half of them: they are missing elsewhere.</summary>
    public const double Worthwhile = 0.9;

    /// <summary>Steps between two trials, after the usual number has changed; each trial that changes nothing doubles them.</summary>
    public const int Soonest = 32;

    /// <summary>Steps between two trials, at most.</summary>
    public const int Latest = 1024;

    /// <summary>Steps between a stall and the first look whether it is over; most are, soon. A look that finds it is not doubles them; from <see cref="Soonest"/> on there are trials again.</summary>
    public const int AfterStall = 8;

    /// <summary>Steps of such a look: one that wakes the threads and two that count. That more threads are faster without a stall is known.</summary>
    private const int Look = 3;

    /// <summary>
    /// Two steps in a row that take so many times what they took of late halve the threads at once: another one is busy on their cores,
    /// and until it has done they wait for each other's time slices.
    /// </summary>
    private const double Stalled = 4;

    /// <summary>A trial begins early when steps take so many times what they took of late.</summary>
    private const double Slow = 1.5;

    /// <summary>Steps that "of late" averages: few enough to grow with the positions of sequences, of which a step takes ever longer.</summary>
    private const int Late = 32;

    /// <summary>A step counts towards it with so many times as much at most: one that others held up says nothing of the next.</summary>
    private const double HeldUp = 2;

    /// <summary>A trial is lost early when two steps in a row take so many times what they usually do.</summary>
    private const double Hopeless = 2;

    /// <summary>Steps of one number in a row; the one before them wakes the threads and does not count.</summary>
    private const int Block = 4;

    /// <summary>Blocks of a trial: usual, other, usual, other.</summary>
    private const int Blocks = 4;

    /// <summary>Steps whose median shows whether they have become slow.</summary>
    private const int Recent = 8;

    /// <summary>
    /// Steps for which threads that others had are still left to them, if they had them for as long: images come one after the other, and between two
    /// of them is hardly a step's time. With a thread less, a step is slower; with a thread too many, it waits for an image at every barrier.
    /// </summary>
    private const int Linger = 3;

    private readonly int _all, _most;
    private readonly Queue<double> _recent = new(Recent);   // seconds of the last steps
    private readonly List<double> _usuals = new(Blocks / 2 * Block), _others = new(Blocks / 2 * Block);
    private int _usual;
    private int _other;
    private bool _upwards;
    private int _wait = Soonest;
    private int _step;           // since the last trial, or in this one
    private int _hopeless, _stalled;   // steps in a row
    private double? _expected;   // seconds of a step of late; null before the first trial
    private (int Threads, int Wait) _stalledFrom;   // what there was before the last stall
    private int _elsewhere, _linger;   // threads that others had, and for how many more steps they are left to them

    /// <param name="all">Threads that there are for the step and what runs beside it, from 1. All are taken until another number has proved faster.</param>
    public StepThreads(int all)
    {
        _all = all;
        _usual = _most = PowerOfTwo(all);
        Settle();
    }

    /// <summary>Threads for the next step.</summary>
    public int Count => IsLook || (IsTrial && _step / (Block + 1) % 2 == 1) ? _other : _usual;

    private bool IsTrial => _other != 0;

    private bool IsLook => IsTrial && _other == _stalledFrom.Threads;

    /// <summary>Threads for the next step, at least one. To be asked once for each.</summary>
    /// <param name="others">Threads that are busy with something else.</param>
    public int Beside(int others)
    {
        if (others > 0) (_elsewhere, _linger) = (others, Math.Min(_linger + 1, Linger));
        else if (_linger > 0) _linger--;
        else _elsewhere = 0;
        int left = _all - _elsewhere;
        return left >= Count ? Count : PowerOfTwo(Math.Max(1, left));
    }

    /// <summary>Tells how long a step took; one that had other things beside it, or fewer threads than <see cref="Count"/>, says nothing.</summary>
    public void Took(double seconds)
    {
        if (_most == 1 || _elsewhere > 0) return;
        _stalled = Count == _usual && seconds > Stalled * _expected ? _stalled + 1 : 0;
        if (_stalled == 2 && _usual > 1) Stall();
        else if (IsLook) LookAgain(seconds);
        else if (IsTrial) TryOn(seconds);
        else Watch(seconds);
    }

    private void Watch(double seconds)
    {
        if (_recent.Count == Recent) _recent.Dequeue();
        _recent.Enqueue(seconds);
        _step++;
        if (_expected is { } late) _expected = late + (Math.Min(seconds, HeldUp * late) - late) / Late;
        bool slow = _step >= Soonest && Median(_recent) > Slow * _expected;
        if (_step < _wait && !slow) return;
        _other = _stalledFrom.Threads > _usual ? _stalledFrom.Threads : _upwards ? 2 * _usual : _usual / 2;
        _step = 0;
    }

    /// <summary>Whether the threads that stalled are at least as fast as the fewer ones that have been taken since.</summary>
    private void LookAgain(double seconds)
    {
        if (_step++ > 0) _others.Add(seconds);
        if (_step < Look) return;
        if (Median(_others) <= Median(_recent))
        {
            Take(_other);
            return;
        }
        _wait *= 2;
        if (_wait >= Soonest) _stalledFrom = default;
        Settle();
    }

    private void TryOn(double seconds)
    {
        bool isOther = Count == _other;
        if (_step % (Block + 1) > 0) (isOther ? _others : _usuals).Add(seconds);
        _step++;
        _hopeless = isOther && seconds > Hopeless * Median(_usuals) ? _hopeless + 1 : 0;
        bool isLost = _hopeless == 2;
        if (_step < Blocks * (Block + 1) && !isLost) return;

        bool otherIsBetter = !isLost && (_other > _usual ? IsWorthwhile(_usuals, _others) : !IsWorthwhile(_others, _usuals));
        _expected = Median(otherIsBetter ? _others : _usuals);
        if (otherIsBetter)
        {
            Take(_other);
            return;
        }
        (_upwards, _wait) = (!_upwards, Math.Min(2 * _wait, Latest));
        Settle();
    }

    /// <summary>Takes a number that has proved faster.</summary>
    private void Take(int count)
    {
        (_usual, _wait) = (count, count == _stalledFrom.Threads ? _stalledFrom.Wait : Soonest);
        _stalledFrom = default;
        Settle();
    }

    private void Stall()
    {
        _stalledFrom = (_usual, _wait);
        (_usual, _wait) = (_usual / 2, AfterStall);
        Settle();
    }

    /// <summary>Ends a trial, if there is one.</summary>
    private void Settle()
    {
        (_other, _step, _hopeless, _stalled) = (0, 0, 0, 0);
        _usuals.Clear();
        _others.Clear();
        _recent.Clear();
        // The next trial goes on in the same direction, as far as that goes.
        if (_usual == _most) _upwards = false;
        else if (_usual == 1) _upwards = true;
    }

    /// <summary>The largest that is not above the count.</summary>
    private static int PowerOfTwo(int count) => 1 << BitOperations.Log2((uint)count);

    private static bool IsWorthwhile(List<double> fewer, List<double> more) => Median(more) <= Worthwhile * Median(fewer);

    private static double Median(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
