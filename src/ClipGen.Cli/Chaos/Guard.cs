using System.Diagnostics;
using System.Globalization;

namespace ClipGen.Cli.Chaos;

/// <summary>
/// A shell that outlives this process by a moment. It learns of this one's end, however that comes, by the end of its own input, and kills
/// the children that are left. A process that is killed cannot end them itself.
/// </summary>
internal sealed class Guard : IDisposable
{
    /// <summary>It takes no orders from a terminal: Ctrl+C goes to everybody who sits there.</summary>
    private const string Script =
        """
        trap '' INT TERM HUP QUIT
        alive=' '
        while read -r what id; do
          case $what in
            watch) alive="$alive$id " ;;
            forget) case $alive in *" $id "*) alive="${alive%% $id *} ${alive#* $id }" ;; esac ;;
          esac
        done
        for id in $alive; do kill -9 "$id"; done
        """;

    private readonly Lock _gate = new();
    private readonly Process _shell;

    public Guard()
    {
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException("/bin/sh did not start.");
        _ = _shell.StandardError.ReadToEndAsync();   // of one that has ended in this moment
    }

    public void Watch(int id) => Tell("watch", id);

    /// <summary>It has ended: its id may soon be another's.</summary>
    public void Forget(int id) => Tell("forget", id);

    public void Dispose()
    {
        lock (_gate) _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Tell(string what, int id)
    {
        lock (_gate)
        {
            try
            {
                _shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {id}\n"));
                _shell.StandardInput.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Somebody has killed the guard: then it is as without one.
            }
        }
    }
}
