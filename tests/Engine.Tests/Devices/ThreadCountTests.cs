using ClipGen.Engine.Devices;
using ClipGen.Models.Bundles;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>Embedding, codes, pixels and scores have the same bits with any number of CPU threads, on the model that comes with the program. Beyond one, a step's number changes while it samples (<see cref="StepThreads"/>).</summary>
public sealed class ThreadCountTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_nothing()
    {
        var shapes = ModelBundle.Open(Path.Combine(Repository.Root, "src", "ClipGen.Cli", "models", "shapes"));
        var random = new Random(1);
        var codes = Enumerable.Range(0, 8).Select(candidate => (candidate, Enumerable.Range(0, 256).Select(_ => random.Next(128)).ToArray())).ToArray();
        Made? first = null;
        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            await using var engine = await TinyModel.StartAsync(shapes, threads: threads);
            var prompt = await engine.EncodeAsync("a large red circle on a white background", false, Stop);
            var sampled = await engine.SampleAsync(new(prompt.Vector, Seed: 1, Candidate: 0, new(128, 0.95, 1)), null, Stop);
            var ranked = await engine.DecodeAndRankAsync(new(prompt.Vector, codes, Keep: 8, ImageFileFormat.Png, Metadata: null, ReferenceQuirks: false), Stop);

            var made = new Made(prompt.Vector, sampled.Codes, ranked.Candidates);
            first ??= made;
            Assert.Equal(first.Embedding, made.Embedding);
            Assert.Equal(first.Codes, made.Codes);
            foreach (var (expected, actual) in first.Ranked.Zip(made.Ranked))
            {
                Assert.True(expected.Candidate == actual.Candidate && expected.ClipScore == actual.ClipScore, $"{expected} became {actual} with {threads} threads.");
                Assert.True(expected.File.AsSpan().SequenceEqual(actual.File), $"Candidate {actual.Candidate} has other pixels with {threads} threads.");
            }
        }
    }

    private sealed record Made(float[] Embedding, int[] Codes, IReadOnlyList<RankedCandidate> Ranked);
}
