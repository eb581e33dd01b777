namespace ClipGen.Models.Kernels;

/// <summary>
/// Threads that work through the same sequence of short phases, with a barrier after each. The caller is one of them; the others are started when they are first
/// wanted and sleep between two runs. Who waits spins for some microseconds, for that is how long a phase takes, and then gives its core away.
/// </summary>
/// <param name="name">Of its threads.</param>
internal sealed class ThreadTeam(string name) : IDisposable
{
    /// <summary>Turns of a spinning wait, some 10 ns each, before the core is given away.</summary>
    private const int Spins = 2000;

    /// <summary>Turns of a member that waits for the next run; it sleeps then.</summary>
    private const int IdleSpins = 10_000;

    private readonly object _gate = new();
    private readonly List<Thread> _helpers = [];
    private Action<int>? _work;
    private int _members = 1;
    private int _run;        // counts runs
    private int _arrived;    // at the barrier
    private int _phase;      // counts barriers
    private int _ended;      // helpers that have done this run
    private bool _disposed;
    private volatile Exception? _failure;

    /// <summary>Members of the run, the caller among them.</summary>
    public int Members => _members;

    /// <summary>Has each member, numbered from 0, do its work; returns when all have.</summary>
    /// <exception cref="Exception">What the first member to fail has thrown; the others then end at their next barrier.</exception>
    public void Run(int members, Action<int> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (members == 1)
        {
            _members = 1;
            work(0);
            return;
        }
        (_work, _arrived, _ended, _failure) = (work, 0, 0, null);
        lock (_gate)
        {
            while (_helpers.Count < members - 1) Start(_helpers.Count + 1);
            _members = members;
            Volatile.Write(ref _run, _run + 1);
            Monitor.PulseAll(_gate);
        }
        Work(0);
        int spins = 0;
        while (Volatile.Read(ref _ended) < members - 1) Wait(ref spins);
        _work = null;
        if (_failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Returns when every member of the run has called it as often.</summary>
    public void Barrier()
    {
        int members = _members;
        if (members == 1) return;
        int phase = Volatile.Read(ref _phase);
        if (Interlocked.Increment(ref _arrived) == members)
        {
            Volatile.Write(ref _arrived, 0);
            Volatile.Write(ref _phase, phase + 1);
            return;
        }
        int spins = 0;
        while (Volatile.Read(ref _phase) == phase)
        {
            if (_failure is not null) throw new OperationCanceledException("Another member of the team has failed.");
            Wait(ref spins);
        }
    }

    private void Start(int member)
    {
        int before = _run;
        var helper = new Thread(() => Help(member, before)) { Name = $"{name} {member}", IsBackground = true };
        helper.Start();
        _helpers.Add(helper);
    }

    private void Help(int member, int seen)
    {
        while (Next(member, ref seen))
        {
            Work(member);
            Interlocked.Increment(ref _ended);
        }
    }

    /// <summary>Waits for a run that the member takes part in; false if there will be none.</summary>
    private bool Next(int member, ref int seen)
    {
        for (int spins = 0; spins < IdleSpins && Volatile.Read(ref _run) == seen; spins++) Thread.SpinWait(1);
        lock (_gate)
        {
            while (!_disposed && (_run == seen || member >= _members))
            {
                seen = _run;
                Monitor.Wait(_gate);
            }
            seen = _run;
            return !_disposed;
        }
    }

    private void Work(int member)
    {
        try
        {
            _work!(member);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
        }
    }

    private static void Wait(ref int spins)
    {
        if (spins++ < Spins) Thread.SpinWait(1);
        else Thread.Yield();
    }

    /// <summary>Ends its threads; to be called while none of its work runs.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var helper in _helpers) helper.Join();
        _helpers.Clear();
    }
}
