using ClipGen.Models.Clip;
using ClipGen.Models.Imaging;
using ClipGen.Training.Data;
using ClipGen.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Gpt;

/// <summary>What GPT learns from: each image's codes and its CLIP image embedding. No text comes near it.</summary>
/// <param name="Codes">[N, L] int64.</param>
/// <param name="Embeddings">[N, C] float32, L2-normalised.</param>
public sealed record CodeDataset(Tensor Codes, Tensor Embeddings) : IDisposable
{
    /// <summary>Encodes the first <paramref name="count"/> images of a data set by both networks, or reads what an earlier call kept in the folder.</summary>
    public static CodeDataset Prepare(
        IImageDataset data, int count, Models.Vqgan.Vqgan vqgan, Models.Clip.Clip clip, Device device, string folder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        string codesPath = Path.Combine(folder, "codes.bin"), embeddingsPath = Path.Combine(folder, "embeddings.bin");
        if (File.Exists(codesPath) && File.Exists(embeddingsPath)) return new(torch.load(codesPath), torch.load(embeddingsPath));

        const int Batch = 64;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var codes = new List<Tensor>();
        var embeddings = new List<Tensor>();
        var preprocessor = new ImagePreprocessor(data.Side, clip.Config.ImageSize);
        for (int first = 0; first < count; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var batch = NewDisposeScope();
            var images = ImageBatches.Read(data, first, Math.Min(Batch, count - first));
            var pixels = ImageBatches.ToTensor(images, device) * 2 - 1;
            var clipPixels = ClipInput.FromUnit(ImageBatches.ToTensor([.. images.Select(preprocessor.ResizeForClip)], device));
            codes.Add(vqgan.quantizer.encode(vqgan.encoder.forward(pixels)).flatten(1).MoveToOuterDisposeScope());           // [B, L]
            embeddings.Add(Models.Clip.Clip.Normalize(clip.encode_image(clipPixels)).MoveToOuterDisposeScope());             // [B, C]
            progress?.Report(new("codes", Math.Min(first + Batch, count), count, new Dictionary<string, double>(), null));
        }
        var all = new CodeDataset(cat(codes).DetachFromDisposeScope(), cat(embeddings).DetachFromDisposeScope());
        Directory.CreateDirectory(folder);
        all.Codes.save(codesPath + ".next");
        all.Embeddings.save(embeddingsPath + ".next");
        File.Move(codesPath + ".next", codesPath, overwrite: true);
        File.Move(embeddingsPath + ".next", embeddingsPath, overwrite: true);
        return all;
    }

    public void Dispose()
    {
        Codes.Dispose();
        Embeddings.Dispose();
    }
}
