using System.Runtime.InteropServices;

namespace ClipGen.Engine.Devices;

/// <summary>
/// What libtorch's own libraries read from the environment when they are loaded: from C's, which .NET's own setter does not reach; and how C's
/// library keeps their memory. A program prepares it first of all; what the user has set stays as it is.
/// </summary>
public static partial class NativeEnvironment
{
    /// <summary>M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's mallopt(3).</summary>
    private const int TrimThreshold = -1, MmapThreshold = -3;

    /// <summary>Bytes; glibc allows no more.</summary>
    private const int LargestMmapThreshold = 32 << 20;

    /// <summary>By which a user sets how memory is kept.</summary>
    private static readonly string[] MallocVariables = ["GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"];

    /// <param name="training">Whether it trains: then results may depend on how many threads there are.</param>
    public static void Prepare(bool training = false)
    {
        if (!OperatingSystem.IsLinux()) return;
        // MKL's results do not depend on how memory is aligned or how many threads share the work (conditional numerical reproducibility), on the processors that it
        // knows this of. Elsewhere it is enough that texts and images are computed by one thread each (CpuLending), and codes by no MKL (CpuGptRunner).
        Default("MKL_CBWR", training ? "AUTO" : "AUTO,STRICT");
        if (!training) KeepFreedMemory();
    }

    /// <summary>
    /// Memory that is freed stays the process's own. An image takes and frees many times what it needs at once, and would get it as new pages each time:
    /// to find and clear them was a fifth of a decoder's time. What is kept is what was once in use together.
    /// </summary>
    private static void KeepFreedMemory()
    {
        if (MallocVariables.Any(name => Environment.GetEnvironmentVariable(name) is not null)) return;
        try
        {
            _ = SetMallocOption(TrimThreshold, int.MaxValue);
            _ = SetMallocOption(MmapThreshold, LargestMmapThreshold);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with its own way.
        }
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null) _ = SetEnvironment(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetMallocOption(int option, int value);
}
