using ClipGen.Training.Losses;
using ClipGen.Training.Optimization;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Clip;

/// <summary>How the text tower is trained when the image tower is done.</summary>
/// <param name="Rate">Highest learning rate of AdamW (betas 0.9, 0.98).</param>
/// <param name="DistanceWeight">Weight of the squared distance between a text and its image, beside CLIP's own loss.</param>
public sealed record TextAlignmentOptions(long Steps, double Rate, double DistanceWeight);

/// <summary>
/// Moves texts to where their images are, with the image tower as it is. CLIP's own loss lets a text say an attribute as softly as is
/// enough to tell images apart: two sizes need less than five places do. A GPT that learned from images then hears it as something in between.
/// The text that is nearest to all images it may stand for is their mean, which says each of its attributes as loudly as they do.
/// </summary>
internal static class TextAlignment
{
    private const long WarmupSteps = 50;

    /// <param name="batch">Images [B, 3, S, S] in CLIP's normalisation and their texts' ids [B, L] of a step.</param>
    /// <param name="folder">Where the state is kept.</param>
    public static IReadOnlyDictionary<string, double> Run(
        Models.Clip.Clip model, TextAlignmentOptions options, double weightDecay, Func<long, (Tensor Images, Tensor Ids)> batch, ulong seed, string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var optimizer = ParameterGroups.CreateAdamW(model, options.Rate, weightDecay, 0.9, 0.98, name => !name.StartsWith("visual.", StringComparison.Ordinal) && name != "logit_scale");
        model.zero_grad();   // what the image tower's training has left must not count among this one's gradients
        var schedule = new CosineWarmup(WarmupSteps, options.Steps, options.Rate, options.Rate * 0.02);

        IReadOnlyDictionary<string, double> Step(long step)
        {
            ParameterGroups.SetRate(optimizer, schedule.At(step + 1));
            var (images, ids) = batch(step);
            optimizer.zero_grad();
            Tensor imageEmbeddings;
            using (no_grad()) imageEmbeddings = Models.Clip.Clip.Normalize(model.encode_image(images));
            var textEmbeddings = Models.Clip.Clip.Normalize(model.encode_text(ids));
            var contrastive = ContrastiveLoss.Compute(imageEmbeddings, textEmbeddings, model.logit_scale.detach());
            var distance = ContrastiveLoss.Distance(imageEmbeddings, textEmbeddings);
            (contrastive + options.DistanceWeight * distance).backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1);
            optimizer.step();
            return new Dictionary<string, double> { ["contrastive"] = contrastive.item<float>(), ["distance"] = distance.item<float>() };
        }

        return new TrainingLoop("texts", options.Steps, seed, folder, progress).Run(model, [optimizer], Step, cancellationToken);
    }
}
