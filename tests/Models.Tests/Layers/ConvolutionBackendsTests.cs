using ClipGen.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Tests.Layers;

/// <summary>Whatever convolutions this processor gets, they compute from their operands alone.</summary>
public sealed class ConvolutionBackendsTests : IDisposable
{
    private const int Side = 12;

    private readonly DisposeScope _scope = NewDisposeScope();

    public static MatrixTheoryData<int, int, int> Shapes { get; } = new([3, 16, 20], [1, 3, 16, 20], [1, 3]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_memory_held_before_is_in_no_result(int channels, int filters, int kernel)
    {
        ConvolutionBackends.Ensure();
        for (int i = 0; i < 10; i++)
        {
            using var scope = NewDisposeScope();
            for (int size = 1; size <= 16; size++) full([size * 16L * Side * Side], float.NaN).Dispose();
            var x = ones([2, channels, Side, Side], requires_grad: true);
            var weight = ones([filters, channels, kernel, kernel], requires_grad: true);

            var y = functional.conv2d(x, weight);
            var gradients = autograd.grad([y], [x, weight], [ones(y.shape)]);

            Assert.True(y.eq(channels * kernel * kernel).all().item<bool>(), $"y of round {i}");
            Assert.True(gradients[0].narrow(2, 2, Side - 4).narrow(3, 2, Side - 4).eq(filters * kernel * kernel).all().item<bool>(), $"gradient at x of round {i}");
            Assert.True(gradients[1].eq(2 * y.shape[2] * y.shape[3]).all().item<bool>(), $"gradient at the weights of round {i}");
        }
    }

    public void Dispose() => _scope.Dispose();
}
