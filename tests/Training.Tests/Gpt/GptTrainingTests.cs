using ClipGen.Models;
using ClipGen.Models.Checkpoints;
using ClipGen.Training.Gpt;
using ClipGen.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Gpt;

/// <summary>Loss, gradients and optimiser steps of the original's GPT training, from its own checkpoint.</summary>
public sealed class GptTrainingTests : IDisposable
{
    private const double Rate = 1e-3;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Goldens _goldens = new("gpt_micro_goldens.safetensors");
    private readonly Models.Gpt.Gpt _gpt = ReferenceModels.GptMicro();
    private readonly AdamW _optimizer;

    public GptTrainingTests()
    {
        _gpt.train();
        _optimizer = ParameterGroups.CreateAdamW(_gpt, Rate);
    }

    [Fact]
    public void Loss_and_gradients_match_the_original()
    {
        _goldens.Close("loss", Backward(), 1e-5);

        var parameters = ModuleWeights.Export(_gpt).Where(entry => entry.Value is Parameter).ToArray();
        Assert.Equal(_goldens.Names.Count(name => name.StartsWith("grad.", StringComparison.Ordinal)), parameters.Length);
        foreach (var (name, value) in parameters) _goldens.CloseRelativeToMax($"grad.{name}", value.grad!, 1e-4);
        _goldens.CloseRelative("grad_norms", stack(parameters.Select(parameter => parameter.Value.grad!.norm())), 1e-4);
    }

    [Fact]
    public void The_first_step_gives_the_originals_next_checkpoint()
    {
        Backward();
        _optimizer.step();

        using var expected = ReferenceModels.GptMicro("gpt_micro_step1.pt");
        foreach (var ((name, after), (_, actual)) in ModuleWeights.Export(expected).Zip(ModuleWeights.Export(_gpt)).Where(pair => pair.Second.Value is Parameter))
        {
            // The first update is rate · g / (|g| + 1e-8): where the gradient vanishes its sign is noise.
            var clear = actual.grad!.abs().greater(1e-6);
            TensorAssert.Close(after.where(clear, 0), actual.where(clear, 0), 2e-5, name);
            TensorAssert.Close(after, actual, 2.1 * Rate, $"{name} where the gradient vanishes");
        }
    }

    [Fact]
    public void The_optimizers_moments_match_the_original()
    {
        Backward();
        _optimizer.step();

        using var checkpoint = PyTorchCheckpoint.Load(Repository.Reference("gpt_micro_step1.pt"));
        var expected = (PickledDict)((PickledDict)((PickledDict)checkpoint.Root!)["optimizer"]!)["state"]!;
        var actual = _optimizer.state_dict().State.Cast<AdamW.State>().ToArray();
        Assert.Equal(expected.Count, actual.Length);
        for (int index = 0; index < actual.Length; index++)
        {
            var state = (PickledDict)expected[index]!;
            foreach (var (moment, value) in new[] { ("exp_avg", actual[index].exp_avg), ("exp_avg_sq", actual[index].exp_avg_sq) })
            {
                using var original = ((PickledTensor)state[moment]!).Open();
                TensorAssert.Close(original, value, 3e-4 * original.abs().max().item<float>(), $"{moment} {index}");
            }
        }
    }

    [Fact]
    public void Five_steps_follow_the_originals_losses()
    {
        var losses = new float[5];
        for (int step = 0; step < losses.Length; step++)
        {
            _optimizer.zero_grad();
            losses[step] = Backward().item<float>();
            _optimizer.step();
        }

        _goldens.CloseRelative("loss_curve", tensor(losses), 1e-4);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _gpt.Dispose();
        _scope.Dispose();
    }

    private Tensor Backward()
    {
        var loss = GptTrainer.Loss(_gpt, _goldens["indices"], _goldens["cond"]);
        loss.backward();
        return loss.detach();
    }
}
