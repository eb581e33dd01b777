using ClipGen.Models.Gpt;
using ClipGen.Training.Optimization;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Gpt;

/// <summary>How a GPT is trained.</summary>
/// <param name="Rate">Highest learning rate of AdamW (betas 0.9, 0.95, decay 0.01).</param>
/// <param name="EmbeddingNoise">
/// Length of the random vector added to each unit-length image embedding before it is normalised again (Zhou et al. 2022,
/// LAFITE §3.1): a text's embedding lies a little off its images', and the noise makes GPT take that as the same. 0 for none, as the original.
/// </param>
/// <param name="Whitened">Starts the condition's projection with <see cref="ConditionWhitening"/>; false starts it at random, as the original.</param>
public sealed record GptTrainingOptions(long Steps, int BatchSize, double Rate, long WarmupSteps, double EmbeddingNoise, int Images, ulong Seed, bool Whitened = false);

/// <summary>Trains a GPT on images alone: codes from a VQGAN, conditions from CLIP's image tower (train_gpt.py).</summary>
public sealed class GptTrainer(GptConfig config, GptTrainingOptions options, Device device)
{
    public (Models.Gpt.Gpt Model, IReadOnlyDictionary<string, double> Losses) Train(CodeDataset data, string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        random.manual_seed((long)options.Seed);
        var model = new Models.Gpt.Gpt(config, device);
        if (options.Whitened) Whiten(model, data.Embeddings);
        model.train();
        using var optimizer = ParameterGroups.CreateAdamW(model, options.Rate);
        var schedule = new CosineWarmup(options.WarmupSteps, options.Steps, options.Rate);

        IReadOnlyDictionary<string, double> Step(long step)
        {
            ParameterGroups.SetRate(optimizer, schedule.At(step + 1));
            var rows = randint(0, data.Codes.shape[0], options.BatchSize, int64, device);
            var codes = data.Codes.index_select(0, rows);                                                  // [B, L]
            var cond = WithNoise(data.Embeddings.index_select(0, rows), options.EmbeddingNoise);           // [B, C]
            optimizer.zero_grad();
            var loss = Loss(model, codes, cond);
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1);
            optimizer.step();
            return new Dictionary<string, double> { ["cross_entropy"] = loss.item<float>() };
        }

        var loop = new TrainingLoop("gpt", options.Steps, options.Seed, folder, progress);
        var final = loop.Run(model, [optimizer], Step, cancellationToken);
        model.eval();
        return (model, final);
    }

    private void Whiten(Models.Gpt.Gpt model, Tensor embeddings)
    {
        using var _ = no_grad();
        var (weight, bias) = ConditionWhitening.Create(embeddings, options.EmbeddingNoise, config.Width);
        using (weight) model.cond_proj.weight!.copy_(weight);
        using (bias) model.cond_proj.bias!.copy_(bias);
    }

    /// <summary>Mean cross-entropy of every code given the condition and the codes before it.</summary>
    /// <param name="codes">[B, L] int64.</param>
    /// <param name="cond">[B, C].</param>
    public static Tensor Loss(Models.Gpt.Gpt model, Tensor codes, Tensor cond)
    {
        using var scope = NewDisposeScope();
        var logits = model.forward(codes.narrow(1, 0, codes.shape[1] - 1), cond);                         // [B, L, V]
        return nn.functional.cross_entropy(logits.flatten(0, 1), codes.flatten()).MoveToOuterDisposeScope();
    }

    private static Tensor WithNoise(Tensor embeddings, double length) => length == 0
        ? embeddings
        : Models.Clip.Clip.Normalize(embeddings + randn_like(embeddings) * (length / Math.Sqrt(embeddings.shape[1])));
}
