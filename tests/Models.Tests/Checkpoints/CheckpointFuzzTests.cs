using System.Diagnostics;
using System.Globalization;
using ClipGen.Models.Checkpoints;
using static TorchSharp.torch;

namespace ClipGen.Models.Tests.Checkpoints;

/// <summary>
/// Damaged copies of every reference file load or are refused: no other exception, no crash, no long loop, no memory out of proportion.
/// CLIPGEN_FUZZ_ROUNDS multiplies the number of attempts.
/// </summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    private const int AttemptsPerFile = 60;

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("CLIPGEN_FUZZ_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Files => [.. new DirectoryInfo(Repository.Reference("")).GetFiles()
        .Where(file => file.Extension is ".pt" or ".safetensors").Select(file => file.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_truncated_file_loads_or_is_refused(string name) => Attack(name, (random, bytes) => bytes[..random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(bytes.Length, 8192))]);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_flipped_bytes_loads_or_is_refused(string name) => Attack(name, FlipBytes);

    // Half of the flips hit where structure lives: the head of the file, or the zip directory at its end.
    private static byte[] FlipBytes(Random random, byte[] bytes)
    {
        var flips = 1 + random.Next(8);
        for (var i = 0; i < flips; i++)
        {
            var reach = Math.Min(bytes.Length, 4096);
            var at = random.Next(4) switch
            {
                0 => random.Next(reach),
                1 => bytes.Length - 1 - random.Next(reach),
                _ => random.Next(bytes.Length),
            };
            bytes[at] = random.Next(3) == 0 ? (byte)(bytes[at] ^ (1 << random.Next(8))) : (byte)random.Next(256);
        }
        return bytes;
    }

    private void Attack(string name, Func<Random, byte[], byte[]> damage)
    {
        var original = File.ReadAllBytes(Repository.Reference(name));
        var path = folder.File(name);
        var attempts = AttemptsPerFile * Rounds;
        var clock = Stopwatch.StartNew();
        for (var seed = 0; seed < attempts; seed++)
        {
            File.WriteAllBytes(path, damage(new Random(seed), [.. original]));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var error = Record.Exception(() => LoadAndSum(path));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(error is null or CheckpointException, $"{name}, seed {seed}: {error}");
            Assert.True(allocated < (8L << 20) + (16L * original.Length), $"{name}, seed {seed}: {allocated} bytes allocated");
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(attempts), $"{name}: {attempts} attempts took {clock.Elapsed}");
    }

    private static void LoadAndSum(string path)
    {
        using var scope = NewDisposeScope();
        using var state = Checkpoint.LoadStateDict(path);
        foreach (var tensor in state.Values) _ = tensor.sum();
    }
}
