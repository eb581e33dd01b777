using System.Text.Json;
using ClipGen.Models;
using ClipGen.Training.Losses;
using ClipGen.Training.Tests.Losses;
using ClipGen.Training.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Vqgan;

/// <summary>One step of both players against the original's, with and without the perceptual term.</summary>
public sealed class VqganTrainingStepTests : IDisposable
{
    private const double Rate = 1e-4;
    private static readonly JsonElement Config = JsonDocument.Parse(File.ReadAllText(Repository.Reference("config.json"))).RootElement;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Models.Vqgan.Vqgan _model = ReferenceModels.VqganTiny();

    [Theory]
    [InlineData("vqgan_tiny_train.safetensors", false)]
    [InlineData("vqgan_tiny_train_lpips.safetensors", true)]
    public void A_step_of_both_players_matches_the_original(string file, bool perceptual)
    {
        var goldens = new Goldens(file);
        using var lpips = perceptual ? TinyLpips.Create() : null;
        _model.train();
        using var training = new VqganTrainingStep(_model, lpips, Rate);
        var before = Parameters(_model).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

        CheckGeneratorStep(goldens, training.StepGenerator(goldens["images"], adversarial: true), before);
        CheckBatchNorms(goldens, "stage0");

        CheckDiscriminatorStep(goldens, training.StepDiscriminator(goldens["images"]));
        CheckBatchNorms(goldens, "stage1");
    }

    /// <summary>The original's first epoch: no adversarial term, and nothing of the discriminator moves.</summary>
    [Fact]
    public void Without_the_adversarial_term_the_discriminator_stays_as_it_is()
    {
        _model.train();
        using var training = new VqganTrainingStep(_model, null, Rate);
        var before = ModuleWeights.Export(_model.discriminator).Select(entry => entry.Value.detach().clone()).ToArray();

        var result = training.StepGenerator(new Goldens("vqgan_tiny_train.safetensors")["images"], adversarial: false);

        Assert.Equal((0, 0), (result.Adversarial, result.AdaptiveWeight));
        Assert.Null(result.DiscriminatorLogits);
        Assert.Equal(result.L1 + result.Quantisation, result.Total, 1e-6);
        foreach (var (expected, (name, actual)) in before.Zip(ModuleWeights.Export(_model.discriminator))) TensorAssert.Same(expected, actual, name);
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    private void CheckGeneratorStep(Goldens goldens, GeneratorResult result, Dictionary<string, Tensor> before)
    {
        goldens.CloseRelative("loss_l1", result.L1, 1e-4);
        goldens.CloseRelative("loss_perceptual", result.Perceptual, 1e-4);
        goldens.CloseRelative("loss_quant", result.Quantisation, 1e-4);
        // The mean of eight logits that cancel to 0.003: its error is a share of theirs, about 0.5 each.
        goldens.Close("loss_disc", result.Adversarial, 0.5 * 1e-4);
        goldens.CloseRelative("weight_d", result.AdaptiveWeight, 1e-4);
        goldens.CloseRelative("loss_g", result.Total, 1e-4);
        goldens.Close("logits_fake", result.DiscriminatorLogits!, 2e-4);

        var parameters = Parameters(_model);
        string[] names = Names("vqgan_tiny_g_params");
        Assert.Equal(names, ModuleWeights.Export(_model).Select(entry => entry.Name).Where(name => parameters.ContainsKey(name) && !name.StartsWith("discriminator.", StringComparison.Ordinal)));
        goldens.CloseRelative("g_grad_norms", stack(names.Select(name => parameters[name].grad!.norm())), 1e-3);
        CheckUpdateNorms(goldens["g_delta_norms"], names, parameters, before);
        CheckParameters(goldens, parameters, "grad.", "after.", 1e-3);
    }

    /// <summary>An update's length is rate · √n unless gradients vanish (a bias before a norm, keys' biases): those elements may add or take their share.</summary>
    private static void CheckUpdateNorms(Tensor expected, string[] names, Dictionary<string, Tensor> parameters, Dictionary<string, Tensor> before)
    {
        int exact = 0;
        for (int i = 0; i < names.Length; i++)
        {
            var magnitude = parameters[names[i]].grad!.abs();
            double vanishing = magnitude.greater(0).logical_and(magnitude.less(1e-6)).to(float32).mean().item<float>();
            if (vanishing < 1e-2) exact++;
            var norm = (parameters[names[i]].detach() - before[names[i]]).norm();
            TensorAssert.CloseRelative(expected[i], norm, 1e-3 + vanishing, $"update of {names[i]}");
        }
        Assert.True(exact > 100, $"Only {exact} of {names.Length} updates are free of vanishing gradients.");
    }

    private void CheckDiscriminatorStep(Goldens goldens, DiscriminatorResult result)
    {
        goldens.Close("d_logits_real", result.RealLogits, 1e-3);
        goldens.Close("d_logits_fake", result.FakeLogits, 2e-2);
        goldens.Close("loss_d", result.Loss, 1e-2);

        var parameters = Parameters(_model.discriminator);
        string[] names = Names("vqgan_tiny_d_params");
        Assert.Equal(names, ModuleWeights.Export(_model.discriminator).Select(entry => entry.Name).Where(parameters.ContainsKey));
        goldens.CloseRelative("d_grad_norms", stack(names.Select(name => parameters[name].grad!.norm())), 1e-2);
        CheckParameters(goldens, parameters, "d_grad.", "d_after.", 1e-2);
    }

    /// <summary>Adam's first update is rate · g / (|g| + 1e-8): where the gradient vanishes its sign is noise.</summary>
    private static void CheckParameters(Goldens goldens, Dictionary<string, Tensor> parameters, string gradients, string updated, double tolerance)
    {
        foreach (string golden in goldens.Names.Where(name => name.StartsWith(gradients, StringComparison.Ordinal)))
        {
            goldens.CloseRelativeToMax(golden, parameters[golden[gradients.Length..]].grad!, tolerance);
        }
        foreach (string golden in goldens.Names.Where(name => name.StartsWith(updated, StringComparison.Ordinal)))
        {
            string name = golden[updated.Length..];
            var clear = goldens[gradients + name].abs().greater(1e-6);
            TensorAssert.Close(goldens[golden].where(clear, 0), parameters[name].detach().where(clear, 0), 2e-5, golden);
            goldens.Close(golden, parameters[name].detach(), 2.1 * Rate);
        }
    }

    private void CheckBatchNorms(Goldens goldens, string stage)
    {
        var state = ModuleWeights.Export(_model.discriminator).ToDictionary(entry => entry.Name, entry => entry.Value);
        var rows = goldens.Names.Where(name => name.StartsWith(stage, StringComparison.Ordinal)).ToArray();
        Assert.Equal(9, rows.Length);
        foreach (string row in rows)
        {
            var actual = state[row[(stage.Length + 1)..]];
            if (actual.is_floating_point()) goldens.Close(row, actual, 1e-4);
            else goldens.Same(row, actual);
        }
    }

    private static Dictionary<string, Tensor> Parameters(nn.Module module) => module.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);

    private static string[] Names(string list) => [.. Config.GetProperty(list).EnumerateArray().Select(name => name.GetString()!)];
}
