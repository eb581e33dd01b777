using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ClipGen.Cli.Chaos;

/// <summary>What a process can be told from outside.</summary>
internal static partial class Signals
{
    /// <summary>Stands still until it is told to go on: as a machine that hangs.</summary>
    public static void Stop(Process process) => Send(process, OperatingSystem.IsMacOS() ? 17 : 19);

    public static void Continue(Process process) => Send(process, OperatingSystem.IsMacOS() ? 19 : 18);

    private static void Send(Process process, int signal)
    {
        // One that has ended and is not disposed keeps its id reserved: nobody else can be hit.
        if (!process.HasExited) _ = Kill(process.Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);
}
