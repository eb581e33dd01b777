using ClipGen.Models.Clip;
using ClipGen.Models.Imaging;
using ClipGen.Training.Data;
using ClipGen.Training.Losses;
using ClipGen.Training.Optimization;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Clip;

/// <summary>How a CLIP is trained.</summary>
/// <param name="Rate">Highest learning rate of AdamW (betas 0.9, 0.98).</param>
/// <param name="LargestLogitScale">
/// The inverse temperature is kept at or below this (OpenAI: 100). A low bound makes matching texts and images point the same
/// way instead of merely nearer than others, which is what a GPT needs that is trained on images and asked in words.
/// </param>
/// <param name="GapWeight">Weight of <see cref="ContrastiveLoss.Gap"/>; 0 for CLIP's own loss alone.</param>
/// <param name="GapFrom">First step with it: closing the gap from the start keeps finer attributes from being learned at all.</param>
/// <param name="Texts">The text tower's training after that; null for none.</param>
public sealed record ClipTrainingOptions(
    long Steps, int BatchSize, double Rate, long WarmupSteps, double WeightDecay, double LargestLogitScale, double GapWeight, long GapFrom, ulong Seed, TextAlignmentOptions? Texts = null);

/// <summary>Trains a CLIP on images with captions.</summary>
/// <param name="tokenize">Text to ids, padded to the context length.</param>
public sealed class ClipTrainer(ClipConfig config, ClipTrainingOptions options, ICaptionedDataset data, Func<string, int[]> tokenize, Device device)
{
    public (Models.Clip.Clip Model, IReadOnlyDictionary<string, double> Losses) Train(string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        random.manual_seed((long)options.Seed);
        var model = new Models.Clip.Clip(config, device);
        ClipInitialization.Apply(model);
        model.train();
        using var optimizer = ParameterGroups.CreateAdamW(model, options.Rate, options.WeightDecay, 0.9, 0.98);
        var schedule = new CosineWarmup(options.WarmupSteps, options.Steps, options.Rate, options.Rate * 0.02);

        IReadOnlyDictionary<string, double> Step(long step)
        {
            ParameterGroups.SetRate(optimizer, schedule.At(step + 1));
            var (images, ids) = Batch(step * options.BatchSize);
            optimizer.zero_grad();
            var imageEmbeddings = Models.Clip.Clip.Normalize(model.encode_image(images));
            var textEmbeddings = Models.Clip.Clip.Normalize(model.encode_text(ids));
            var loss = ContrastiveLoss.Compute(imageEmbeddings, textEmbeddings, model.logit_scale);
            var gap = ContrastiveLoss.Gap(imageEmbeddings, textEmbeddings);
            (step < options.GapFrom ? loss : loss + options.GapWeight * gap).backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1);
            optimizer.step();
            using (no_grad()) model.logit_scale.clamp_(0, Math.Log(options.LargestLogitScale));
            return new Dictionary<string, double>
            {
                ["contrastive"] = loss.item<float>(),
                ["gap"] = gap.item<float>(),
                ["alignment"] = (imageEmbeddings * textEmbeddings).sum(1).mean().item<float>(),
            };
        }

        var loop = new TrainingLoop("clip", options.Steps, options.Seed, folder, progress);
        var final = loop.Run(model, [optimizer], Step, cancellationToken);
        if (options.Texts is { } texts)
        {
            var aligned = TextAlignment.Run(model, texts, options.WeightDecay, step => Batch((options.Steps + step) * options.BatchSize), options.Seed, Path.Combine(folder, "texts"), progress, cancellationToken);
            final = new Dictionary<string, double>([.. final, .. aligned.Select(loss => KeyValuePair.Create($"texts_{loss.Key}", loss.Value))]);
        }
        model.eval();
        return (model, final);
    }

    private (Tensor Images, Tensor Ids) Batch(long first)
    {
        var images = new RgbImage[options.BatchSize];
        var ids = new long[options.BatchSize * config.ContextLength];
        Parallel.For(0, options.BatchSize, i =>
        {
            (images[i], string caption) = data.Pair(first + i);
            int[] tokens = tokenize(caption);
            for (int t = 0; t < tokens.Length; t++) ids[i * config.ContextLength + t] = tokens[t];
        });
        return (ClipInput.FromUnit(ImageBatches.ToTensor(images, device)), tensor(ids, [options.BatchSize, config.ContextLength]).to(device));
    }
}
