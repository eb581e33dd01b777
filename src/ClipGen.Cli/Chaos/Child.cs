using System.Diagnostics;

namespace ClipGen.Cli.Chaos;

/// <summary>A process under a name, which is started again whenever it has ended, until it is disposed. What it prints goes to a file.</summary>
internal abstract class Child(string name, string logFolder, Guard guard) : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _starting = new();
    private Task _loop = Task.CompletedTask;
    private volatile Process? _process;
    private volatile bool _expected;

    public string Name => name;

    /// <summary>Whether it does its work now, as far as is known.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Whether it is stopped at present.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Times it has ended although nobody killed it.</summary>
    public int UnexpectedEnds { get; private set; }

    public void Start() => _loop = Task.Run(LoopAsync);

    public void Kill()
    {
        (_expected, IsReady, IsStopped) = (true, false, false);
        try
        {
            _process?.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself in this moment.
        }
    }

    public void Stop()
    {
        (IsReady, IsStopped) = (false, true);
        if (_process is { } process) Signals.Stop(process);
    }

    public void Continue()
    {
        // The others may have taken it for dead by now; once it hears of that it ends, as it should.
        (_expected, IsStopped) = (true, false);
        if (_process is { } process) Signals.Continue(process);
    }

    /// <summary>Ends it for good; when this returns it has been killed, or is never started.</summary>
    public void End()
    {
        lock (_starting)
        {
            _end.Cancel();
            Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        End();
        await _loop;
        _end.Dispose();
    }

    protected abstract ProcessStartInfo Command();

    /// <summary>Sees a line that the process prints.</summary>
    protected virtual void Hear(string line) { }

    /// <summary>Whether it does its work; asked until it says so.</summary>
    protected abstract Task<bool> AskAsync(CancellationToken cancellationToken);

    private async Task LoopAsync()
    {
        while (StartUnlessEnded() is { } started)
        {
            using var process = started;
            var heard = Task.WhenAll(CopyAsync(process.StandardOutput, ".log"), CopyAsync(process.StandardError, ".err"));
            using (var ended = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
            {
                var ready = WaitUntilReadyAsync(process, ended.Token);
                await process.WaitForExitAsync(CancellationToken.None);
                await ended.CancelAsync();
                await ready;
            }
            IsReady = false;
            _process = null;
            guard.Forget(process.Id);
            await heard;
            if (!_expected) UnexpectedEnds++;
            await Task.Delay(TimeSpan.FromSeconds(0.5), _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Process? StartUnlessEnded()
    {
        lock (_starting)
        {
            if (_end.IsCancellationRequested) return null;
            var process = Process.Start(Redirected(Command())) ?? throw new InvalidOperationException($"{name} did not start.");
            guard.Watch(process.Id);
            _expected = false;
            return _process = process;
        }
    }

    private async Task WaitUntilReadyAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            for (; !process.HasExited; await Task.Delay(200, cancellationToken))
            {
                if (!IsReady && !IsStopped && await AskAsync(cancellationToken)) IsReady = true;
            }
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
    }

    private async Task CopyAsync(StreamReader from, string extension)
    {
        await using var file = new StreamWriter(Path.Combine(logFolder, name + extension), append: true) { AutoFlush = true };
        while (await from.ReadLineAsync() is { } line)
        {
            Hear(line);
            await file.WriteLineAsync(line);
        }
    }

    private static ProcessStartInfo Redirected(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        return start;
    }
}
