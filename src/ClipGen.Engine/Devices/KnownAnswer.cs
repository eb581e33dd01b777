using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Devices;

/// <summary>
/// One fixed request, whose codes every device of a kind must draw alike. A device that draws others, after a driver's update or
/// on failing hardware, would make images that cannot be replayed.
/// </summary>
public static class KnownAnswer
{
    /// <summary>Goes up when a version of the engine computes other last bits than the one before: answers that were established with that one say nothing then.</summary>
    public const int Arithmetic = 2;

    private const string Prompt = "a red circle";
    private const ulong Seed = 20_220_301;

    /// <summary>Encodes the prompt, samples one candidate with a request's default parameters, and decodes it.</summary>
    /// <returns>The codes' SHA-256, lower-case hex; belongs to the bundle and the kind of device.</returns>
    public static async Task<string> ComputeAsync(IDeviceEngine engine, CancellationToken cancellationToken)
    {
        var prompt = await engine.EncodeAsync(Prompt, referenceQuirks: false, cancellationToken);
        var sampling = new Sampling.SamplingParameters(Math.Min(500, engine.Model.CodebookSize), TopP: 0.95, Temperature: 1);
        var sampled = await engine.SampleAsync(new(prompt.Vector, Seed, Candidate: 0, sampling), onStep: null, cancellationToken);
        // Nothing of it is compared: pixels are not codes. But a device that cannot decode must not join.
        await engine.DecodeAndRankAsync(
            new(prompt.Vector, [(0, sampled.Codes)], Keep: 1, ImageFileFormat.Png, Metadata: null, ReferenceQuirks: false), cancellationToken);
        return CodesHash.Of(sampled.Codes);
    }

    /// <summary>Computes the answer and compares it.</summary>
    /// <param name="expected">Hex SHA-256; null if no answer is known yet, when any will do.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="KnownAnswerException">It is another one.</exception>
    public static async Task<string> CheckAsync(IDeviceEngine engine, string? expected, CancellationToken cancellationToken)
    {
        string actual = await ComputeAsync(engine, cancellationToken);
        if (expected is not null && !expected.Equals(actual, StringComparison.OrdinalIgnoreCase)) throw new KnownAnswerException(engine.Device, engine.Model, expected, actual);
        return actual;
    }
}
