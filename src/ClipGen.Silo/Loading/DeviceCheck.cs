using ClipGen.Cluster.Placement;
using ClipGen.Engine.Devices;
using ClipGen.Silo.Devices;
using ClipGen.Silo.Telemetry;
using Microsoft.Extensions.Logging;

namespace ClipGen.Silo.Loading;

/// <summary>
/// Has a device reproduce its known answer now and then, at once when it has work and does none of it, and while it is out of service again
/// and again, with longer and longer waits, until it does: then it is back. One that does not answer in time is out of service, too.
/// </summary>
internal sealed partial class DeviceCheck(
    DeviceKey key, IDeviceEngine engine, DeviceHealth health, DevicePulse pulse, KnownAnswerFile answers, SiloInstruments instruments, DeviceOptions options, TimeProvider time, ILogger<DeviceCheck> logger)
{
    private Attempt? _attempt;
    private long _endedAt = time.GetTimestamp();
    private int _failures;

    /// <summary>Done when no check is under way.</summary>
    public Task Latest { get; private set; } = Task.CompletedTask;

    /// <summary>Begins a check that is due, and gives up one whose time is over. To be called every second or so, never twice at once.</summary>
    public void Look(CancellationToken stoppingToken)
    {
        if (!Latest.IsCompleted)
        {
            // No second one: a device that hangs would only collect them.
            if (time.GetElapsedTime(_attempt!.BeganAt) >= options.CheckTimeout) GiveUp(_attempt);
            return;
        }
        var since = time.GetElapsedTime(_endedAt);
        bool silent = options.CheckAfterSilence > TimeSpan.Zero && pulse.Silence >= options.CheckAfterSilence && since >= options.CheckAfterSilence;
        var wait = health.Trouble is not null ? options.Recheck(_failures) : options.CheckEvery;
        if (!silent && (wait <= TimeSpan.Zero || since < wait)) return;
        _attempt = new(time.GetTimestamp(), silent, CancellationTokenSource.CreateLinkedTokenSource(stoppingToken));
        Latest = CheckAsync(_attempt, stoppingToken);
    }

    private async Task CheckAsync(Attempt attempt, CancellationToken stoppingToken)
    {
        bool troubled = health.Trouble is not null;
        try
        {
            string? known = answers.Find(engine.Model.Digest, engine.Device.Kind);
            // Where none has been established, there is nothing to compare with; but a device in trouble must at least get through.
            if (known is null && !troubled && !attempt.Silent) return;
            await KnownAnswer.CheckAsync(engine, known, attempt.Stop.Token);
            if (!attempt.Settle()) return;
            _failures = 0;
            instruments.Checked(key, passed: true);
            if (!troubled) return;
            health.BringBack();
            LogBack(key.ToString(), engine.Model.Name);
        }
        catch (EngineBusyException) when (!attempt.Silent)
        {
            // That is no answer; it is asked again next time.
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
        catch (Exception e)
        {
            if (attempt.Settle()) Fail(e);
        }
        finally
        {
            attempt.Stop.Dispose();
            _endedAt = time.GetTimestamp();
        }
    }

    /// <summary>The device is checked again once it has let go of this check, if it ever does.</summary>
    private void GiveUp(Attempt attempt)
    {
        if (attempt.Settle())
        {
            Fail(new TimeoutException($"It has not reproduced its known answer within {options.CheckTimeout.TotalSeconds:0.#} s."));
            attempt.Cancel();
        }
        // Those that have come since, too: whoever sent them had not heard yet that it is out of service.
        pulse.Abandon();
    }

    private void Fail(Exception error)
    {
        _failures++;
        instruments.Checked(key, passed: false);
        LogOut(error, key.ToString(), engine.Model.Name);
        health.TakeOut(error.Message);
    }

    [LoggerMessage(LogLevel.Error, "Device {Device} with model {Model} is out of service")]
    private partial void LogOut(Exception exception, string device, string model);

    [LoggerMessage(LogLevel.Information, "Device {Device} with model {Model} is back in service")]
    private partial void LogBack(string device, string model);

    /// <param name="Silent">It was begun because the device had fallen silent.</param>
    private sealed record Attempt(long BeganAt, bool Silent, CancellationTokenSource Stop)
    {
        private int _settled;

        /// <summary>Whether its outcome was still open; it is not any more.</summary>
        public bool Settle() => Interlocked.Exchange(ref _settled, 1) == 0;

        public void Cancel()
        {
            try
            {
                Stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }
}
