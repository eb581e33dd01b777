using System.Globalization;
using ClipGen.Cli.Terminal;

namespace ClipGen.Cli.Benchmarks;

/// <summary>What a bench of a real model was asked.</summary>
/// <param name="Model">A bundle's folder or name.</param>
/// <param name="Candidates">Of each request; null for the model's own number.</param>
/// <param name="Slots">Sequences that the device samples at once.</param>
/// <param name="Pairs">Blocks of each kind at full slots.</param>
/// <param name="MaxPairs">How many there may be while their error is too large for a verdict; null for four times as many.</param>
/// <param name="Seconds">Length of each block, and of each load.</param>
/// <param name="Loads">Shares of the cluster's throughput at full slots, with commas.</param>
/// <param name="Slo">Seconds in which a request is to be drawn; null for three times what a lone one takes.</param>
internal sealed record ServeBenchSettings(
    string Model, string Device, int Threads, int Slots, int? Candidates, int Pairs, int? MaxPairs, double Seconds, string Loads, double? Slo, ulong Seed, bool Json)
{
    /// <summary>Rows of one step's tensors: what a device's slots come in.</summary>
    private const int GroupSize = 8;

    public IReadOnlyList<double> LoadShares { get; } = [.. Loads.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseLoad)];

    public int MostPairs => MaxPairs ?? 4 * Pairs;

    /// <exception cref="CommandException">A number is out of its range.</exception>
    public void Check()
    {
        NumberOption.Check("--slots", Slots, GroupSize, 4096);
        if (Slots % GroupSize != 0) throw new CommandException($"--slots is {Slots}; slots come in groups of {GroupSize}.");
        NumberOption.Check("--threads", Threads, 0, 1024);
        NumberOption.Check("--candidates", Candidates ?? 1, 1, GenerationRequest.MaxCandidates);
        NumberOption.Check("--pairs", Pairs, 1, 1000);
        NumberOption.Check("--max-pairs", MostPairs, Pairs, 10_000);
        NumberOption.Check("--seconds", Seconds, 0.1, 86_400);
        NumberOption.Check("--slo", Slo ?? 1, 0.001, 86_400);
        foreach (double load in LoadShares) NumberOption.Check("--load", load, 0.01, 2);
    }

    /// <summary>What is shown while a pair, counted from 1, is measured.</summary>
    public string Describe(int pair) => pair <= Pairs ? $"full slots, pair {pair} of {Pairs} …" : $"full slots, pair {pair}, {MostPairs} at most: the error is still too large …";

    private static double ParseLoad(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double load)
        ? load
        : throw new CommandException($"--load has '{text}'; it takes shares of the throughput at full slots, for example 0.5,0.8.");
}
