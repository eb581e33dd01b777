using System.Runtime.InteropServices;

namespace ClipGen.Engine.Devices;

/// <summary>
/// What libtorch's own libraries read from the environment when they are loaded: from C's, which .NET's own setter does not reach. A
/// program prepares it first of all; what the user has set stays as it is.
/// </summary>
public static partial class NativeEnvironment
{
    /// <param name="training">
    /// Whether it trains: then the machine's cores are taken to be its own, and results may depend on how many threads there are. Both
    /// together make a step of the shapes' CLIP 1.35 times as fast on 2 cores of an Intel Sapphire Rapids.
    /// </param>
    public static void Prepare(bool training = false)
    {
        if (!OperatingSystem.IsLinux()) return;
        // libgomp's threads spin while they wait, 0.2 ms with this number on an Intel Sapphire Rapids, and then sleep. With 1000 they slept between
        // the products of a step, and two of them were slower than one; with libgomp's own 300,000 they waste the cores that another process
        // wants. Where that happens nevertheless, a step takes fewer threads (StepThreads).
        if (!training && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) Default("GOMP_SPINCOUNT", "10000");
        // MKL's results do not depend on how many threads share the work (conditional numerical reproducibility): without it they did for
        // a sampler's step of 16 rows and a width of 512 on an Intel Sapphire Rapids. Where MKL does not know this, AlikeThreads sees to it.
        Default("MKL_CBWR", training ? "AUTO" : "AUTO,STRICT");
    }

    private static void Default(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null) _ = SetEnvironment(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
