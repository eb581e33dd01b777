using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Engine.Devices;

namespace ClipGen.Cluster.Tests.Fakes;

/// <summary>An engine without networks: codes are a hash of seed, candidate and position; a score is a hash of the codes.</summary>
internal sealed class FakeEngine(int index = 0, string model = "fake", int codesPerImage = 64, char digest = 'd', string kind = "cpu", int slots = 4) : IDeviceEngine
{
    private readonly TaskCompletionSource _halfway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running, _cancelled, _sampled, _drawn, _encoded, _decoded;

    public DeviceInfo Device { get; } = new(kind, index, slots);

    public EngineModel Model { get; } = new(model, Digest: new string(digest, 64), DefaultCandidates: 8, CodebookSize: 512, codesPerImage, ImageSize: 32, EmbeddingSize: 8);

    /// <summary>Sampling stops halfway until this is done.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>Sampling waits for this after it has told of so many codes of the first candidate.</summary>
    public Func<int, Task> AtGlimpse { get; init; } = _ => Task.CompletedTask;

    /// <summary>Sampling waits for this after so many codes of a candidate.</summary>
    public Func<SampleJob, int, Task> AfterStep { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Encoding and decoding take as long as this.</summary>
    public Task HoldOthers { get; set; } = Task.CompletedTask;

    /// <summary>Nothing gets anywhere before this is done, whoever has given up meanwhile: what a driver that hangs does.</summary>
    public Task Hang { get; set; } = Task.CompletedTask;

    /// <summary>What every sampling fails with, the known answer's as well; null when it works.</summary>
    public Exception? Broken { get; set; }

    public Exception? SampleFailure { get; init; }

    public Exception? DecodeFailure { get; init; }

    public Exception? EncodeFailure { get; init; }

    /// <summary>What goes wrong with encoding a prompt; null for nothing.</summary>
    public Func<string, Exception?> EncodeFailureOf { get; init; } = _ => null;

    /// <summary>Seeds of the candidates, in the order in which they were begun.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<ulong> Begun { get; } = [];

    /// <summary>Done when a candidate has half its codes.</summary>
    public Task Halfway => _halfway.Task;

    /// <summary>Done when no candidate is sampled any more.</summary>
    public Task Freed => _freed.Task;

    public int Running => Volatile.Read(ref _running);

    public int Cancelled => Volatile.Read(ref _cancelled);

    public int Sampled => Volatile.Read(ref _sampled);

    /// <summary>Codes drawn, those not counted that were given.</summary>
    public int Drawn => Volatile.Read(ref _drawn);

    /// <summary>For each candidate that was begun, the codes that were given, in the order in which they were begun.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<int> Given { get; } = [];

    public int Encoded => Volatile.Read(ref _encoded);

    public int Decoded => Volatile.Read(ref _decoded);

    public async Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken)
    {
        await Hang;
        await HoldOthers.WaitAsync(cancellationToken);
        if ((EncodeFailure ?? EncodeFailureOf(prompt)) is { } failure) throw failure;
        Interlocked.Increment(ref _encoded);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(prompt));
        return new([.. hash.Take(8).Select(b => b / 255f)], Tokens: prompt.Split(' ').Length + 2, Truncated: prompt.Length > 200, DeviceSeconds: 0.25);
    }

    public async Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken)
    {
        await Hang;
        await HoldOthers.WaitAsync(cancellationToken);
        if (EncodeFailure is { } failure) throw failure;
        Interlocked.Increment(ref _encoded);
        return new([.. SHA256.HashData(file).Take(8).Select(b => b / 255f)], Tokens: 0, Truncated: false, DeviceSeconds: 0.25);
    }

    public async Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        Begun.Enqueue(job.Seed);
        Given.Enqueue(job.Drawn?.Length ?? 0);
        try
        {
            await Task.Yield();
            await Hang;
            if (Broken is { } broken) throw broken;
            var codes = new int[Model.CodesPerImage];
            job.Drawn?.CopyTo(codes, 0);
            for (int i = job.Drawn?.Length ?? 0; i < codes.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                codes[i] = Code(job, i);
                Interlocked.Increment(ref _drawn);
                onStep?.Invoke(i + 1);
                await AfterStep(job, i + 1).WaitAsync(cancellationToken);
                if (job.Glimpses is { } glimpses && glimpses.At.Contains(i + 1))
                {
                    glimpses.Tell(codes[..(i + 1)]);
                    if (job.Candidate == 0) await AtGlimpse(i + 1).WaitAsync(cancellationToken);
                }
                if (i != codes.Length / 2) continue;
                if (SampleFailure is not null && job.Candidate == 1) throw SampleFailure;
                _halfway.TrySetResult();
                await Hold.WaitAsync(cancellationToken);
            }
            Interlocked.Increment(ref _sampled);
            return new(job.Candidate, codes, DeviceSeconds: 0.5);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
        finally
        {
            if (Interlocked.Decrement(ref _running) == 0) _freed.TrySetResult();
        }
    }

    public async Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken)
    {
        await Hang;
        await HoldOthers.WaitAsync(cancellationToken);
        if (DecodeFailure is not null) throw DecodeFailure;
        Interlocked.Increment(ref _decoded);
        var ranked = job.Candidates
            .Select(c => (c.Candidate, Hash: SHA256.HashData(c.Codes.SelectMany(BitConverter.GetBytes).ToArray())))
            .Select(c => (c.Candidate, Score: c.Hash[0] / 256.0, Sha: Convert.ToHexStringLower(c.Hash)))
            .OrderByDescending(c => c.Score).ThenBy(c => c.Candidate)
            .Select((c, rank) => new RankedCandidate(c.Candidate, c.Score, c.Sha, rank < job.Keep ? File(job, c.Candidate, c.Sha) : null));
        return new([.. ranked], DecodeDeviceSeconds: 0.75, RerankDeviceSeconds: 0.25);
    }

    public Task<byte[]?> PreviewAsync(PreviewJob job, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes($"preview of {job.Codes.Length}"));

    public ValueTask DisposeAsync() => default;

    private int Code(SampleJob job, int position)
    {
        Span<byte> text = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(text, job.Seed);
        BinaryPrimitives.WriteInt32LittleEndian(text[8..], job.Candidate);
        BinaryPrimitives.WriteInt32LittleEndian(text[12..], position);
        return BinaryPrimitives.ReadUInt16LittleEndian(SHA256.HashData(text)) % Model.CodebookSize;
    }

    private static byte[] File(DecodeJob job, int candidate, string sha) => Encoding.UTF8.GetBytes(
        $"{job.Format}\n{string.Join('\n', job.Metadata?.Invoke(candidate, sha).Select(m => $"{m.Key}={m.Value}") ?? [])}\n{sha}");
}
