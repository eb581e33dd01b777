using ClipGen.Models.Vqgan;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Vqgan;

public sealed class CodebookMergingTests
{
    [Fact]
    public void The_nearest_codes_become_one_in_the_middle_of_their_use()
    {
        using var codes = tensor(new float[,] { { 0, 0 }, { 10, 0 }, { 0, 1 }, { 0, 10 } });
        using var merged = CodebookMerging.Merge(codes, [3, 5, 1, 5], target: 3);

        Assert.Equal([3L, 2], merged.shape);
        float[] rows = merged.data<float>().ToArray();
        Assert.Equal([0, 0.25f, 10, 0, 0, 10], rows, (a, b) => Math.Abs(a - b) < 1e-3);   // three parts at 0, one part at 1
    }

    [Fact]
    public void A_code_that_nothing_uses_moves_nobody()
    {
        using var codes = tensor(new float[,] { { 0, 0 }, { 1, 0 }, { 50, 0 } });
        using var merged = CodebookMerging.Merge(codes, [1_000_000, 0, 10], target: 2);
        Assert.Equal([0, 0, 50, 0], merged.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Fact]
    public void Merging_to_as_many_as_there_are_changes_nothing()
    {
        using var codes = randn(20, 4);
        using var merged = CodebookMerging.Merge(codes, [.. Enumerable.Repeat(1L, 20)], target: 20);
        Assert.Equal(codes.data<float>().ToArray(), merged.data<float>().ToArray());
    }

    [Fact]
    public void It_agrees_with_merging_the_nearest_pair_again_and_again()
    {
        using var codes = randn(40, 3, generator: new Generator(5));
        long[] usage = [.. Enumerable.Range(0, 40).Select(i => (long)(i * 7 % 11))];
        using var merged = CodebookMerging.Merge(codes, usage, target: 9);

        float[] rows = codes.data<float>().ToArray();
        var clusters = Enumerable.Range(0, 40).Select(i => (Centre: rows.AsSpan(i * 3, 3).ToArray().Select(x => (double)x).ToArray(), Weight: usage[i] + 1e-3)).ToList();
        while (clusters.Count > 9)
        {
            var (a, b) = (from i in Enumerable.Range(0, clusters.Count) from j in Enumerable.Range(i + 1, clusters.Count - i - 1) select (i, j))
                .MinBy(p => clusters[p.i].Centre.Zip(clusters[p.j].Centre).Sum(x => (x.First - x.Second) * (x.First - x.Second)));
            double weight = clusters[a].Weight + clusters[b].Weight;
            clusters[a] = ([.. clusters[a].Centre.Zip(clusters[b].Centre).Select(x => (x.First * clusters[a].Weight + x.Second * clusters[b].Weight) / weight)], weight);
            clusters.RemoveAt(b);
        }
        Assert.Equal(clusters.SelectMany(c => c.Centre).ToArray(), merged.data<float>().ToArray().Select(x => (double)x), (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void A_merged_network_draws_with_its_own_codes()
    {
        var config = new VqganConfig(32, 8, 8, [1, 2], 1, [], 16, DiscriminatorChannels: 8, NormGroups: 4);
        using var model = new Models.Vqgan.Vqgan(config);
        model.eval();
        using var merged = CodebookMerging.Apply(model, 12, new ShapesDataset(16, seed: 1), images: 30, CPU, TestContext.Current.CancellationToken);

        Assert.Equal(12, merged.Config.CodebookSize);
        using var _ = no_grad();
        using var z = randn(1, 8, 8, 8);
        Assert.Equal(model.decode(z).data<float>().ToArray(), merged.decode(z).data<float>().ToArray());
        Assert.InRange(merged.quantizer.encode(z).max().item<long>(), 0, 11);
    }
}
