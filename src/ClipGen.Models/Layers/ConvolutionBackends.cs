using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Layers;

/// <summary>
/// Which libraries libtorch's convolutions use on a CPU. Every network with convolutions asks for the choice before its first one.
/// <para>
/// NNPACK is off: where it does not know the processor it says so on standard error at each small convolution, and does nothing.
/// oneDNN (3.7.1 in libtorch 2.10) is off where it computes wrongly, which is tried out. On virtual AMD Zen 5 processors it leaves the
/// channels that it pads a tensor with, up to a multiple of 16, as the memory was: gradients through a convolution to 3 channels, and
/// results of one from 20, are then other ones each time, NaN among them. libtorch's own convolutions take over there.
/// </para>
/// </summary>
public static class ConvolutionBackends
{
    /// <summary>Convolutions that are tried: more than one, for memory that happens to hold zeros hides the fault.</summary>
    private const int Trials = 24;

    private const int Side = 16;

    // On a thread of its own: the caller may be in inference mode, where there are no gradients to try.
    private static readonly Lazy<bool> Chosen = new(() => Task.Factory.StartNew(Choose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult());

    /// <summary>Makes the choice for this process; once is enough, more often is free.</summary>
    /// <returns>Whether oneDNN computes as it should.</returns>
    public static bool Ensure() => Chosen.Value;

    private static bool Choose()
    {
        if (LibTorch.Load() is not { } library) return true;   // not Linux: neither fault is known there
        library.UseNnpack(false);
        bool right = OneDnnIsRight();
        if (!right) library.UseOneDnn(false);
        return right;
    }

    private static bool OneDnnIsRight()
    {
        using var scope = NewDisposeScope();
        for (int trial = 0; trial < Trials; trial++)
        {
            int channels = trial % 2 == 0 ? 20 : 3, filters = trial % 4 < 2 ? 20 : 3;
            Soil();
            using var x = ones([2, channels, Side, Side], requires_grad: true);
            using var weight = ones([filters, channels, 3, 3]);
            using var y = nn.functional.conv2d(x, weight);   // every value: channels × 9
            Soil();
            using var grads = ones(y.shape);
            using var gradient = autograd.grad([y], [x], [grads])[0].narrow(2, 2, Side - 4).narrow(3, 2, Side - 4);   // away from the edges: filters × 9
            if (!IsAll(y, channels * 9) || !IsAll(gradient, filters * 9)) return false;
        }
        return true;
    }

    /// <summary>Leaves NaN in the memory that the next tensors are likely to get.</summary>
    private static void Soil()
    {
        Tensor[] soil = [.. Enumerable.Range(0, 16).Select(i => full([(i % 4 + 1) * 32 * Side * Side / 2], float.NaN))];
        foreach (var tensor in soil) tensor.Dispose();
    }

    private static bool IsAll(Tensor tensor, float value) => tensor.eq(value).all().item<bool>();

    /// <summary>The switches of libtorch that TorchSharp has no name for: at::Context of libtorch_cpu, by the names that its C++ compiler gave them.</summary>
    private sealed class LibTorch(nint library, nint context)
    {
        private delegate nint GlobalContext();

        private delegate void SetEnabled(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

        /// <returns>Null where there is no such library, or none with these names.</returns>
        public static LibTorch? Load()
        {
            InitializeDeviceType(DeviceType.CPU);   // TorchSharp finds and loads it
            if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libtorch_cpu.so", out nint library)) return null;
            return NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out nint context)
                ? new(library, Marshal.GetDelegateForFunctionPointer<GlobalContext>(context)())
                : null;
        }

        public void UseNnpack(bool enabled) => Set("_ZN2at7Context20setUserEnabledNNPACKEb", enabled);

        public void UseOneDnn(bool enabled) => Set("_ZN2at7Context20setUserEnabledMkldnnEb", enabled);

        private void Set(string name, bool enabled)
        {
            if (NativeLibrary.TryGetExport(library, name, out nint set)) Marshal.GetDelegateForFunctionPointer<SetEnabled>(set)(context, enabled);
        }
    }
}
