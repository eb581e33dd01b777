using ClipGen.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Vqgan;

/// <summary>
/// Makes a codebook smaller by merging codes that lie close together: they stand for one thing in as many shades of noise, and a
/// GPT would have to learn the noise. Agglomerative clustering of the codes, each weighted by how often it is used, with the distance
/// of the centres as linkage.
/// </summary>
public static class CodebookMerging
{
    private const int Batch = 50;

    /// <summary>A VQGAN with fewer codes and the same encoder, decoder and discriminator.</summary>
    /// <param name="images">Images, the first ones of the data, on which the codes' use is counted.</param>
    /// <returns>A new network, which the caller disposes.</returns>
    public static Models.Vqgan.Vqgan Apply(Models.Vqgan.Vqgan model, int target, IImageDataset data, int images, Device device, CancellationToken cancellationToken)
    {
        using var _ = no_grad();
        var usage = new long[model.Config.CodebookSize];
        for (int first = 0; first < images; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var pixels = ImageBatches.ToTensor(ImageBatches.Read(data, first, Math.Min(Batch, images - first)), device) * 2 - 1;
            foreach (long code in model.quantizer.encode(model.encoder.forward(pixels)).cpu().flatten().data<long>().ToArray()) usage[code]++;
        }
        var merged = new Models.Vqgan.Vqgan(model.Config with { CodebookSize = target }, device);
        foreach (var (to, from) in new nn.Module[] { merged.encoder, merged.decoder, merged.discriminator }.Zip<nn.Module, nn.Module>([model.encoder, model.decoder, model.discriminator]))
        {
            var weights = from.state_dict();
            foreach (var (name, weight) in to.state_dict()) weight.copy_(weights[name]);
        }
        using var codes = Merge(model.quantizer.embedding.weight!, usage, target);
        merged.quantizer.embedding.weight!.copy_(codes);
        merged.eval();
        return merged;
    }

    /// <param name="codebook">[K, Z].</param>
    /// <param name="usage">How often each code is used, K numbers.</param>
    /// <param name="target">Codes to be left, 1 to K.</param>
    /// <returns>[target, Z]: the centres, in the order of each one's first code.</returns>
    public static Tensor Merge(Tensor codebook, IReadOnlyList<long> usage, int target)
    {
        int count = (int)codebook.shape[0], width = (int)codebook.shape[1];
        ArgumentOutOfRangeException.ThrowIfLessThan(target, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, count);
        float[] rows = codebook.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var centres = new double[count][];
        var weights = new double[count];
        for (int i = 0; i < count; i++)
        {
            centres[i] = [.. rows.AsSpan(i * width, width).ToArray().Select(x => (double)x)];
            weights[i] = usage[i] + 1e-3;   // a code that nothing uses joins whatever is near without moving it
        }
        // For each cluster, the nearest of those after it: a merge changes few of them.
        var nearest = new (int Other, double Distance)[count];
        var alive = new SortedSet<int>(Enumerable.Range(0, count));
        foreach (int i in alive) nearest[i] = Nearest(i);
        while (alive.Count > target)
        {
            int first = -1;
            foreach (int i in alive) if (nearest[i].Other >= 0 && (first < 0 || nearest[i].Distance < nearest[first].Distance)) first = i;
            int second = nearest[first].Other;
            double sum = weights[first] + weights[second];
            for (int d = 0; d < width; d++) centres[first][d] = (centres[first][d] * weights[first] + centres[second][d] * weights[second]) / sum;
            weights[first] = sum;
            alive.Remove(second);
            foreach (int i in alive)
            {
                if (i == first || nearest[i].Other == first || nearest[i].Other == second) nearest[i] = Nearest(i);
                else if (i < first && Distance(i, first) is var distance && distance < nearest[i].Distance) nearest[i] = (first, distance);
            }
        }
        return tensor([.. alive.SelectMany(i => centres[i].Select(x => (float)x))], [target, width]).to(codebook.device);

        double Distance(int a, int b)
        {
            double sum = 0;
            for (int d = 0; d < width; d++) sum += (centres[a][d] - centres[b][d]) * (centres[a][d] - centres[b][d]);
            return sum;
        }

        (int Other, double Distance) Nearest(int i)
        {
            (int Other, double Distance) best = (-1, double.PositiveInfinity);
            foreach (int j in alive.GetViewBetween(i + 1, int.MaxValue))
            {
                double distance = Distance(i, j);
                if (distance < best.Distance) best = (j, distance);
            }
            return best;
        }
    }
}
