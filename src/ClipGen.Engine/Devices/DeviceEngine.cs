using System.Diagnostics;
using ClipGen.Engine.Batching;
using ClipGen.Engine.Stages;
using ClipGen.Engine.Telemetry;
using ClipGen.Models.Bundles;
using ClipGen.Models.Clip;
using ClipGen.Models.Gpt;
using ClipGen.Models.Imaging;
using ClipGen.Models.Vqgan;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Engine.Devices;

/// <summary>A real device with one model loaded.</summary>
public sealed class DeviceEngine : IDeviceEngine
{
    /// <summary>Images decoded at once, at most: each takes about half a gigabyte with the original's VQGAN.</summary>
    private const int MaxSideBySide = 8;

    private readonly DeviceThread thread;
    private readonly Scheduler scheduler;
    private readonly PreviewBudget previews = new(TimeProvider.System);
    private readonly ImagePreprocessor preprocessor;
    private readonly DeviceTime time = new(TimeProvider.System);
    private readonly bool isCpu;
    private readonly int threads;
    private Networks? networks;

    private DeviceEngine(DeviceInfo info, EngineModel model, ImagePreprocessor preprocessor, EngineOptions options, bool isCpu)
    {
        (Device, Model, this.preprocessor, this.isCpu) = (info, model, preprocessor, isCpu);
        threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        scheduler = new(options.Slots, options.GroupSize, options.MaxWaiting);
        thread = new($"clipgen {info.Name} {model.Name}", options.MaxJobs, time, Lending(), Enter, beside => networks?.Sampler.Step(beside) ?? false);
    }

    public DeviceInfo Device { get; }

    public EngineModel Model { get; }

    /// <summary>Seconds in which the device has done anything.</summary>
    internal double BusySeconds => time.BusySeconds;

    /// <summary>Candidates of a request that are decoded at once, at most.</summary>
    private int SideBySide => isCpu ? Math.Min(threads, MaxSideBySide) : 1;

    /// <summary>Checks a bundle's files, loads it onto a device, and starts the device's thread.</summary>
    /// <param name="device">A CPU or CUDA device.</param>
    /// <exception cref="BundleException">The bundle is damaged or does not fit together.</exception>
    public static async Task<DeviceEngine> StartAsync(ModelBundle bundle, Device device, EngineOptions options, CancellationToken cancellationToken)
    {
        var info = new DeviceInfo(device.type.ToString().ToLowerInvariant(), Math.Max(0, device.index), options.Slots);
        var preprocessor = new ImagePreprocessor(bundle.Manifest.Vqgan.Resolution, bundle.Manifest.Clip.ImageSize);
        var engine = new DeviceEngine(info, EngineModel.Of(bundle), preprocessor, options, device.type == DeviceType.CPU);
        try
        {
            await engine.thread.RunAsync(
                () =>
                {
                    bundle.EnsureIntact(cancellationToken);
                    return engine.networks = Networks.Load(bundle, engine.scheduler, device, engine.isCpu ? engine.threads : null, options.Libtorch, engine.thread.Share);
                },
                cancellationToken);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public async Task<EncodedPrompt> EncodeAsync(string prompt, bool referenceQuirks, CancellationToken cancellationToken)
    {
        var (encoded, seconds) = await thread.RunPieceAsync(() => networks!.Encoder.Encode(prompt, referenceQuirks), cancellationToken);
        return encoded with { DeviceSeconds = seconds };
    }

    public async Task<EncodedPrompt> EncodeImageAsync(byte[] file, CancellationToken cancellationToken)
    {
        // As GPT's training saw its images; reading the file is not the device's work.
        var image = await PromptImageFile.DecodeAsync(file, whole => preprocessor.ResizeForClip(preprocessor.CropForVqgan(whole)), cancellationToken);
        var (encoded, seconds) = await thread.RunPieceAsync(() => networks!.Encoder.Encode(image), cancellationToken);
        return encoded with { DeviceSeconds = seconds };
    }

    public async Task<SampledCandidate> SampleAsync(SampleJob job, Action<int>? onStep, CancellationToken cancellationToken)
    {
        Model.Check(job);
        var sequence = new Sequence(job, Model.CodesPerImage, onStep, cancellationToken);
        bool taken = await thread.RunAsync(() => scheduler.TryEnqueue(sequence), cancellationToken);
        if (!taken) throw new EngineBusyException($"{Device.Name} has all the waiting sequences it takes; try again later.");
        return await sequence.Completion;
    }

    public async Task<RankedCandidates> DecodeAndRankAsync(DecodeJob job, CancellationToken cancellationToken)
    {
        Model.Check(job);
        var decoded = new Decoded[job.Candidates.Count];
        var seconds = new (double Decode, double Rerank)[decoded.Length];
        // No more at a time than go side by side, so that other requests' images come between them.
        var limits = new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, decoded.Length, limits, async (i, cancellation) =>
        {
            var (candidate, codes) = job.Candidates[i];
            var (piece, share) = await thread.RunPieceAsync(() => Decode(candidate, codes, job), cancellation);
            decoded[i] = piece.Result;
            double ofDecoding = piece.DecodeSeconds / (piece.DecodeSeconds + piece.RerankSeconds);
            seconds[i] = (share * ofDecoding, share * (1 - ofDecoding));
        });
        return new(Ranking.Rank([.. decoded], job, cancellationToken), seconds.Sum(s => s.Decode), seconds.Sum(s => s.Rerank));
    }

    public async Task<byte[]?> PreviewAsync(PreviewJob job, CancellationToken cancellationToken)
    {
        Model.Check(job);
        if (thread.HasJobs || !previews.Allows) return null;   // somebody waits for more than a preview, or there have been enough
        var ((image, seconds), share) = await thread.RunPieceAsync(() => Decode(PreviewFill.Complete(job.Codes, Model.CodesPerImage)), cancellationToken);
        previews.Spend(seconds);
        job.Account?.Charge(share, steps: 0);
        return ImageWriter.Encode(image, job.Format);
    }

    public void Observe(IStepObserver? observer) => networks!.Sampler.Observer = observer;

    private (RgbImage Image, double Seconds) Decode(int[] codes)
    {
        long began = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        var image = PixelRange.FromUnitRange(networks!.Decoder.Decode(codes).Pixels[0]);
        return (image, Stopwatch.GetElapsedTime(began).TotalSeconds);   // a GPU has computed the pixels when they are here, not before
    }

    private (Decoded Result, double DecodeSeconds, double RerankSeconds) Decode(int candidate, int[] codes, DecodeJob job)
    {
        using var scope = NewDisposeScope();
        var (pixels, decodeSeconds) = networks!.Decoder.Decode(codes);
        var (score, rerankSeconds) = networks.Reranker.Score(pixels, job.Embedding, job.ReferenceQuirks);
        if (double.IsNaN(score)) throw new ArithmeticException("The decoded image is not a number: the network's weights are broken.");
        var image = PixelRange.FromUnitRange(pixels[0]);
        return (new(candidate, score, CodesHash.Of(codes), () => image), decodeSeconds, rerankSeconds);
    }

    /// <summary>With one CPU thread in all, or a GPU, pieces take turns with the sampler's steps.</summary>
    private CpuLending? Lending() => isCpu && threads > 1
        ? new(SideBySide, () => Math.Clamp(threads - networks!.Sampler.Threads, 1, SideBySide), TorchThreads.EnterAlone)
        : null;

    /// <summary>Runs first on the device's thread: thread count, gradients and scopes are per thread in libtorch.</summary>
    private Entered Enter() => new(this, TorchThreads.EnterAlone());

    public async ValueTask DisposeAsync()
    {
        await thread.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed class Entered(DeviceEngine engine, IDisposable inference) : IDisposable
    {
        public void Dispose()
        {
            engine.scheduler.FailAll(new ObjectDisposedException(nameof(DeviceEngine), "The device has been stopped."));
            engine.networks?.Dispose();
            inference.Dispose();
        }
    }

    private sealed record Networks(Clip Clip, Vqgan Vqgan, ClipEncodeStage Encoder, GptSampleStage Sampler, VqganDecodeStage Decoder, ClipRerankStage Reranker) : IDisposable
    {
        /// <param name="threads">Of a CPU; null for other devices.</param>
        /// <param name="libtorch">Whether a CPU samples with it, too.</param>
        public static Networks Load(ModelBundle bundle, Scheduler scheduler, Device device, int? threads, bool libtorch, DeviceTime.Share share)
        {
            var tokenizer = bundle.LoadTokenizer();
            Clip? clip = null;
            IGptRunner? gpt = null;
            Vqgan? vqgan = null;
            try
            {
                clip = bundle.LoadClip(device);
                vqgan = bundle.LoadVqgan(device);
                int slots = scheduler.Groups * scheduler.GroupSize;
                gpt = threads is { } all && !libtorch
                    ? new CpuGptRunner(CpuGpt.Take(bundle.LoadGpt(device)), slots, GptSampleStage.FillRows(scheduler.GroupSize), all)
                    : new TorchGptRunner(bundle.LoadGpt(device), slots, scheduler.GroupSize, device);
                return new(clip, vqgan, new(clip, tokenizer, device), new(gpt, scheduler, libtorch ? null : threads, share), new(vqgan, device), new(clip, device));
            }
            catch
            {
                clip?.Dispose();
                gpt?.Dispose();
                vqgan?.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            Sampler.Dispose();
            Clip.Dispose();
            Vqgan.Dispose();
        }
    }
}
