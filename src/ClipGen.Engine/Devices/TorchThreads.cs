using static TorchSharp.torch;

namespace ClipGen.Engine.Devices;

/// <summary>How many threads libtorch's CPU operations take, which each thread that calls them decides for its own.</summary>
internal static class TorchThreads
{
    /// <summary>For what the calling thread computes from now on.</summary>
    public static void Use(int count)
    {
        // In its first operation a thread takes over what any other has set last, after its own choice if that came first.
        _ = get_num_threads();
        set_num_threads(count);
    }

    /// <summary>For a thread that computes by itself and keeps no graph.</summary>
    /// <returns>To be disposed when it has done, on the same thread.</returns>
    public static IDisposable EnterAlone()
    {
        Use(1);
        return inference_mode();
    }
}
