using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>
/// A number of steps in a file that is mapped into memory. Adding to it costs no more than to a variable, and what was added is there
/// however the process ends: the pages are the system's. (A killed device cannot report, and what was dispatched to it does not tell how far it came.)
/// </summary>
public sealed class StepFile : IDisposable
{
    private const string Extension = ".steps";

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private long steps;

    private StepFile(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, mapName: null, sizeof(long));
        view = file.CreateViewAccessor();
    }

    /// <summary>A new file of its own in a folder, which is made if it is missing: who comes after a killed process adds to another one.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    internal static StepFile In(string folder)
    {
        Directory.CreateDirectory(folder);
        return new(Path.Combine(folder, Guid.NewGuid().ToString("N") + Extension));
    }

    /// <summary>What all files of a folder say together; 0 when there is no such folder.</summary>
    public static long Total(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Extension).Sum(path => BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path))) : 0;

    /// <summary>By one thread at a time.</summary>
    internal void Add(long more)
    {
        steps += more;
        view.Write(0, BitConverter.IsLittleEndian ? steps : BinaryPrimitives.ReverseEndianness(steps));
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
