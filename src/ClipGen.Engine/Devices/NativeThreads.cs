using System.Runtime.InteropServices;

namespace ClipGen.Engine.Devices;

/// <summary>
/// Limits how long libgomp's threads spin while they wait. Beside another busy process long spinning makes small products many
/// times slower. Must be set before libtorch loads, and in C's environment, which .NET's own setter does not reach.
/// </summary>
public static partial class NativeThreads
{
    public static void BePolite()
    {
        if (!OperatingSystem.IsLinux()) return;
        if (Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = SetEnvironment("GOMP_SPINCOUNT", "1000", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
