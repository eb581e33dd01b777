using System.Runtime.InteropServices;
using ClipGen.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ClipGen.Models.Tests.Layers;

[Collection(nameof(TorchRandomness))]
public sealed class Convolution2dTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(3, 1, 1, true)]
    [InlineData(4, 2, 1, false)]
    [InlineData(1, 1, 0, true)]
    public void Has_the_names_the_initial_weights_and_the_results_of_torchs_own(int side, int stride, int padding, bool bias)
    {
        ConvolutionBackends.Ensure();
        using var random = new Generator(7);
        var input = rand([2, 6, 9, 8], generator: random);

        manual_seed(11);
        var torchs = Conv2d(6, 5, side, stride: stride, padding: padding, bias: bias);
        manual_seed(11);
        var sut = new Convolution2d(6, 5, side, stride, padding, bias);

        var (expected, actual) = (torchs.state_dict(), sut.state_dict());
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, values) in expected) Assert.Equal(values.data<float>().ToArray(), actual[name].data<float>().ToArray());
        Assert.Equal(torchs.forward(input).data<float>().ToArray(), sut.forward(input).data<float>().ToArray());
    }

    [Fact]
    public void Other_channels_than_it_has_are_an_error() =>
        Assert.Contains("channels", Assert.Throws<ExternalException>(() => new Convolution2d(6, 5, 3).forward(zeros(2, 4, 9, 8))).Message);

    public void Dispose() => _scope.Dispose();
}
