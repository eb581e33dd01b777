using System.Security.Cryptography;
using System.Text;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Sampling;
using ClipGen.Models.Imaging;

namespace ClipGen.Page.Tests.Fakes;

/// <summary>An engine without networks whose pictures a browser can show: four rows of four coloured squares, drawn when the test lets it.</summary>
internal sealed class PaintingEngine : IDeviceEngine
{
    private const int Side = 4, Scale = 16, Codes = Side * Side;

    public DeviceInfo Device { get; } = new("cpu", Index: 0, Slots: 4);

    public EngineModel Model { get; } = new("painted", new string('d', 64), DefaultCandidates: 8, CodebookSize: 512, Codes, Side * Scale, EmbeddingSize: 8);

    /// <summary>Every candidate waits for this when half of it is drawn.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>The first candidate waits for this after it has shown so many rows.</summary>
    public Func<int, Task> AtRow { get; init; } = _ => Task.CompletedTask;

    /// <summary>What goes wrong with encoding a prompt; null for nothing.</summary>
    public Func<string, Exception?> FailureOf { get; init; } = _ => null;

    public Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken)
    {
        if (FailureOf(prompt) is { } failure) throw failure;
        return Task.FromResult(Embed(Encoding.UTF8.GetBytes(prompt), tokens: 4));
    }

    public Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken) => Task.FromResult(Embed(file, tokens: 0));

    public async Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var codes = new int[Codes];
        for (int i = 0; i < Codes; i++)
        {
            codes[i] = (int)CounterRandom.Block((uint)job.Seed, (uint)(job.Seed >> 32), (uint)job.Candidate, (uint)i, (uint)(job.Embedding[0] * 255), 0).W0 & 511;
            onStep?.Invoke(i + 1);
            if (job.Glimpses is { } glimpses && glimpses.At.Contains(i + 1))
            {
                glimpses.Tell(codes[..(i + 1)]);
                // Codes are told within rows and of the other candidates, too; what is shown are rows of the first.
                if (job.Candidate == 0 && (i + 1) % Side == 0) await AtRow((i + 1) / Side).WaitAsync(cancellationToken);
            }
            if (i == Codes / 2) await Hold.WaitAsync(cancellationToken);
        }
        return new(job.Candidate, codes, DeviceSeconds: 0.5);
    }

    public Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken)
    {
        var ranked = job.Candidates
            .Select(c => (c.Candidate, c.Codes, Score: c.Codes.Sum() / (512.0 * Codes), Sha: Convert.ToHexStringLower(SHA256.HashData(c.Codes.SelectMany(BitConverter.GetBytes).ToArray()))))
            .OrderByDescending(c => c.Score).ThenBy(c => c.Candidate)
            .Select((c, rank) => new RankedCandidate(c.Candidate, c.Score, c.Sha, rank < job.Keep ? ImageWriter.Encode(Paint(c.Codes), job.Format, job.Metadata?.Invoke(c.Candidate, c.Sha)) : null));
        return Task.FromResult(new RankedCandidates([.. ranked], DecodeDeviceSeconds: 0.75, RerankDeviceSeconds: 0.25));
    }

    public Task<byte[]?> PreviewAsync(PreviewJob job, CancellationToken cancellationToken) =>
        Task.FromResult<byte[]?>(ImageWriter.Encode(Paint([.. job.Codes, .. new int[Codes - job.Codes.Length]]), job.Format));

    public ValueTask DisposeAsync() => default;

    private EncodedPrompt Embed(byte[] content, int tokens) =>
        new([.. SHA256.HashData(content).Take(Model.EmbeddingSize).Select(b => b / 255f)], tokens, Truncated: false, DeviceSeconds: 0.25);

    private static RgbImage Paint(int[] codes)
    {
        const int size = Side * Scale;
        var pixels = new byte[size * size * 3];
        for (int y = 0, to = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                int code = codes[y / Scale * Side + x / Scale];
                pixels[to++] = (byte)(code & 0xe0);
                pixels[to++] = (byte)((code & 0x1c) << 3);
                pixels[to++] = (byte)(code >> 1);
            }
        }
        return new(size, size, pixels);
    }
}
