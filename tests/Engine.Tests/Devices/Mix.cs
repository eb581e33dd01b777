using ClipGen.Engine.Devices;
using ClipGen.Engine.Sampling;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>What one seed makes: the size of an engine, and requests that join and leave it at random steps.</summary>
internal sealed record Mix(int Seed, int GroupSize, int Groups, int Threads, IReadOnlyList<MixRequest> Requests)
{
    /// <param name="most">Requests at most, and candidates of a request.</param>
    public static Mix Of(int seed, EngineModel model, int most)
    {
        var random = new Random(seed);
        int groupSize = 1 + random.Next(8), groups = 1 + random.Next(2), threads = 1 + random.Next(2);
        // As long as a full engine takes for one sequence a slot: most requests overlap others, some wait, a few find it idle.
        int round = groupSize * groups * model.CodesPerImage, time = 0;
        var requests = new List<MixRequest>();
        for (int i = 2 + random.Next(most - 1); i > 0; i--)
        {
            var first = random.Next(6) == 0 && requests.Count > 0 ? requests[random.Next(requests.Count)].Jobs[0] : AnyJob(random, model);
            var jobs = Enumerable.Range(first.Candidate, 1 + random.Next(most)).Select(candidate => first with { Candidate = candidate });
            time += random.Next(round / 2);
            requests.Add(new([.. jobs], time, random.Next(3) == 0 ? time + random.Next(round) : null));
        }
        return new(seed, groupSize, groups, threads, requests);
    }

    public override string ToString() =>
        $"mix {Seed} ({Requests.Count} requests, {Groups} × {GroupSize} slots, {Threads} threads; played again by CLIPGEN_MIX_SEED={Seed} CLIPGEN_MIXES=1)";

    private static SampleJob AnyJob(Random random, EngineModel model)
    {
        float[] embedding = [.. Enumerable.Range(0, model.EmbeddingSize).Select(_ => random.NextSingle() - 0.5f)];
        float norm = MathF.Sqrt(embedding.Sum(v => v * v));
        double temperature = random.Next(4) switch { 0 => 0, 1 => 1, _ => 0.05 + 2 * random.NextDouble() };
        return new(
            [.. embedding.Select(v => v / norm)],
            (ulong)random.NextInt64(),
            random.Next(100),
            new(1 + random.Next(model.CodebookSize), random.Next(3) == 0 ? 1 : random.NextDouble(), temperature));
    }
}

/// <summary>The candidates of one request. Times are counted in codes drawn on the engine, by whomever.</summary>
/// <param name="CancelAt">Null if it is not cancelled; a request that is done by then is not, either.</param>
internal sealed record MixRequest(IReadOnlyList<SampleJob> Jobs, int JoinAt, int? CancelAt);
