using System.Runtime.CompilerServices;
using ClipGen.Engine.Devices;

namespace ClipGen.Engine.Tests;

/// <summary>Tests run beside each other on few cores, as the program does beside others: libgomp's threads must not spin against them.</summary>
internal static class PoliteThreads
{
    [ModuleInitializer]
    internal static void BePolite() => NativeThreads.BePolite();
}
