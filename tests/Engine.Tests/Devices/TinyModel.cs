using ClipGen.Engine.Devices;
using ClipGen.Engine.Sampling;
using ClipGen.Engine.Tests.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Tokenization;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

[assembly: AssemblyFixture(typeof(TinyModel))]

namespace ClipGen.Engine.Tests.Devices;

/// <summary>Bundles of one small random model: 16 × 16 pixels from 4 × 4 codes of 16; and what it samples when a request is alone.</summary>
public sealed class TinyModel : IAsyncLifetime
{
    /// <summary>In <see cref="BrokenCode"/>, a sequence that has drawn this code is NaN from the next position on.</summary>
    public const int Broken = 5;

    public const int Codes = 16;

    private readonly string root = Directory.CreateTempSubdirectory("clipgen-engine-").FullName;
    private readonly float[][] embeddings = [.. Enumerable.Range(0, 8).Select(MakeEmbedding)];
    private readonly Dictionary<SampleJob, int[]> alone = [];
    private readonly SemaphoreSlim turn = new(1);
    private DeviceEngine? lone;

    public ModelBundle Sound { get; private set; } = null!;

    /// <summary>The same weights, but for the embedding of code <see cref="Broken"/>.</summary>
    public ModelBundle BrokenCode { get; private set; } = null!;

    /// <summary>
    /// Codes 2i and 2i + 1 are as likely but for rounding, which says which of them comes first: a last bit that differs anywhere in
    /// the network gives other codes.
    /// </summary>
    public ModelBundle HairTrigger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sound = Write("sound");
        BrokenCode = Write("broken-code", gpt: gpt => gpt.tok_emb.weight![Broken].fill_(float.NaN));
        HairTrigger = Write("hair-trigger", gpt: gpt =>
        {
            foreach (var values in new[] { gpt.head.weight!, gpt.head.bias! })
            {
                var pairs = values.view(8, 2, -1);
                // A few last bits apart, some up and some down: the dot products differ by about their own rounding.
                pairs.select(1, 1).copy_(pairs.select(1, 0) * (1 + (rand_like(pairs.select(1, 0)) - 0.5) * 1e-6));
            }
        });
        lone = await StartAsync(Sound);
    }

    /// <summary>The same random weights under any name, with changes.</summary>
    public ModelBundle Write(string name, Action<Clip>? clip = null, Action<Gpt>? gpt = null, Action<Vqgan>? vqgan = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(20);
        var vocabulary = BpeVocabulary.Train(["a red circle above a blue square", "two green circles"], 12);
        var manifest = new BundleManifest
        {
            Name = name,
            DefaultCandidates = 4,
            Clip = new(EmbedSize: 16, ImageSize: 16, VisionLayers: 1, VisionWidth: 64, PatchSize: 8, ContextLength: 12, vocabulary.Size, TextWidth: 32, TextHeads: 2, TextLayers: 1),
            Gpt = new(VocabSize: 16, Layers: 2, Width: 64, Heads: 4, BlockSize: Codes, CondSize: 16),
            Vqgan = new(CodebookSize: 16, EmbedSize: 8, Channels: 32, Multipliers: [1, 1, 1], ResBlocks: 1, AttentionResolutions: [], Resolution: 16, DiscriminatorChannels: 8),
        };
        using var clipNetwork = new Clip(manifest.Clip);
        using var gptNetwork = new Gpt(manifest.Gpt);
        using var vqganNetwork = new Vqgan(manifest.Vqgan);
        // Far apart, so that images differ and codes are not all as likely.
        vqganNetwork.quantizer.embedding.weight!.normal_();
        gptNetwork.head.weight!.mul_(4);
        clip?.Invoke(clipNetwork);
        gpt?.Invoke(gptNetwork);
        vqgan?.Invoke(vqganNetwork);
        return BundleWriter.Write(Path.Combine(root, name), manifest, clipNetwork, gptNetwork, vqganNetwork, vocabulary, ScalarType.Float32);
    }

    public static Task<DeviceEngine> StartAsync(ModelBundle bundle, int slots = 8, int groupSize = 8, int threads = 1, int maxWaiting = 1000, bool libtorch = false) =>
        DeviceEngine.StartAsync(bundle, CPU, new() { Slots = slots, GroupSize = groupSize, Threads = threads, MaxWaiting = maxWaiting, Libtorch = libtorch }, TestContext.Current.CancellationToken);

    /// <summary>One of any number of different jobs.</summary>
    public SampleJob Job(int number, int candidate = 0) => new(
        embeddings[number % embeddings.Length], Seed: 1000UL + (ulong)number, candidate, (number % 3) switch { 0 => new(16, 1, 1), 1 => new(8, 0.9, 0.8), _ => new(16, 0.95, 1.2) });

    /// <summary>The codes of a job that has an engine of 8 slots and one thread to itself.</summary>
    public async Task<int[]> AloneAsync(SampleJob job)
    {
        await turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!alone.TryGetValue(job, out var codes))
                alone[job] = codes = (await lone!.SampleAsync(job, null, TestContext.Current.CancellationToken)).Codes;
            return codes;
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (lone is not null) await lone.DisposeAsync();
        turn.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private static float[] MakeEmbedding(int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, 16).Select(_ => random.NextSingle() - 0.5f)];
        float norm = MathF.Sqrt(values.Sum(v => v * v));
        return [.. values.Select(v => v / norm)];
    }
}
