using System.Runtime.InteropServices;

namespace ClipGen.Engine.Devices;

/// <summary>
/// What libtorch's own libraries read from the environment when they are loaded: from C's, which .NET's own setter does not reach. A
/// program prepares it first of all; what the user has set stays as it is.
/// </summary>
public static partial class NativeEnvironment
{
    /// <param name="training">Whether it trains: then results may depend on how many threads there are.</param>
    public static void Prepare(bool training = false)
    {
        if (!OperatingSystem.IsLinux()) return;
        // MKL's results do not depend on how memory is aligned or how many threads share the work (conditional numerical reproducibility), on the processors that it
        // knows this of. Elsewhere it is enough that texts and images are computed by one thread each (CpuLending), and codes by no MKL (CpuGptRunner).
        Default("MKL_CBWR", training ? "AUTO" : "AUTO,STRICT");
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null) _ = SetEnvironment(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
