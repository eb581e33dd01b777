using System.Runtime.CompilerServices;
using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests;

/// <summary>Tests run in the environment that the programs make for themselves: beside each other on few cores, and to the same bits with any number of threads.</summary>
internal static class TestEnvironment
{
    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();
}
