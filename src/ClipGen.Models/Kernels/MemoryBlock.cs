using System.Runtime.InteropServices;

namespace ClipGen.Models.Kernels;

/// <summary>
/// Native memory that many arrays lie in, in pages of 2 MiB where Linux has them to give. A step of a GPT reads all of its weights and of the keys and
/// values: with pages of 4 KiB these are more than a processor knows the places of, and each is looked up anew in every step. Alone, an array is
/// mostly smaller than such a page.
/// </summary>
internal sealed unsafe class MemoryBlock
{
    private const nuint HugePage = 2 << 20, Usual = 16 << 20;

    /// <summary>MADV_HUGEPAGE of Linux's madvise(2).</summary>
    private const int AdviseHugePages = 14;

    private static readonly Lock Gate = new();
    private static MemoryBlock? s_current;

    private readonly byte* _memory;
    private readonly nuint _size;
    private nuint _taken;
    private int _users;

    private MemoryBlock(nuint size)
    {
        _size = size;
        _memory = (byte*)NativeMemory.AlignedAlloc(size, HugePage);
        if (OperatingSystem.IsLinux()) _ = Advise(_memory, size, AdviseHugePages);   // where it is refused, pages are small
    }

    /// <param name="bytes">Not zeroed.</param>
    /// <param name="alignment">A power of two, no more than a page.</param>
    /// <returns>The memory, and the block that it is to be given back to.</returns>
    /// <exception cref="OutOfMemoryException">There is not so much.</exception>
    public static (MemoryBlock Block, IntPtr Memory) Take(nuint bytes, nuint alignment)
    {
        nuint size = checked(bytes + alignment - 1) / alignment * alignment;
        lock (Gate)
        {
            if (s_current is null || s_current._size - s_current._taken < size)
            {
                var block = new MemoryBlock(Math.Max(Usual, checked(size + HugePage - 1) / HugePage * HugePage));
                if (size > Usual / 2) return (block, block.Next(size));   // its own; the current one has room yet
                s_current = block;
            }
            return (s_current, s_current.Next(size));
        }
    }

    /// <summary>Gives back what was taken; the block goes with the last of it.</summary>
    public void Return()
    {
        lock (Gate)
        {
            if (--_users > 0) return;
            if (s_current == this) s_current = null;
            NativeMemory.AlignedFree(_memory);
        }
    }

    private IntPtr Next(nuint size)
    {
        byte* memory = _memory + _taken;
        _taken += size;
        _users++;
        return (IntPtr)memory;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* memory, nuint size, int advice);
}
