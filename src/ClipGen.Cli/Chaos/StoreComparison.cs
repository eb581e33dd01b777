namespace ClipGen.Cli.Chaos;

/// <summary>The images of a run beside those of the undisturbed one.</summary>
/// <param name="Duplicates">Generations with more images than asked for, and files that belong to no generation.</param>
/// <param name="HashMismatches">Images that are missing, or whose file, SHA-256 or codes differ, and manifests that differ.</param>
internal sealed record StoreComparison(int Duplicates, int HashMismatches, int TemporaryFiles)
{
    public static async Task<StoreComparison> OfAsync(IReadOnlyList<SentGeneration> completed, IReadOnlyList<SentGeneration> accepted, IReadOnlyList<GenerationResult> expected, string images, string expectedImages, CancellationToken cancellationToken)
    {
        int duplicates = 0, mismatches = 0;
        for (int i = 0; i < completed.Count; i++)
        {
            var (generation, right) = (completed[i], expected[i]);
            var has = generation.Status!.Result!;
            if (has.Images.Count > generation.Request.Keep) duplicates++;
            foreach (var (image, should) in right.Images.Select((should, n) => (has.Images.ElementAtOrDefault(n), should)))
            {
                bool same = image is not null && (image.Sha256, image.CodesSha256, image.Name, image.Candidate) == (should.Sha256, should.CodesSha256, should.Name, should.Candidate)
                    && await SameFileAsync(should.Name);
                if (!same) mismatches++;
            }
            if (!await SameFileAsync(generation.Request.ManifestName)) mismatches++;
        }

        var owned = accepted.Select(g => g.Request.ImageNamePrefix).ToHashSet(StringComparer.Ordinal);
        var rightNames = expected.SelectMany(e => e.Images).Select(image => image.Name).Concat(completed.Select(g => g.Request.ManifestName)).ToHashSet(StringComparer.Ordinal);
        var completedPrefixes = completed.Select(g => g.Request.ImageNamePrefix).ToHashSet(StringComparer.Ordinal);
        int temporary = 0;
        foreach (string name in Directory.EnumerateFiles(images).Select(file => Path.GetFileName(file)))
        {
            if (name.StartsWith(".clipgen-", StringComparison.Ordinal)) temporary++;   // of a process that was killed while it wrote
            else if (!rightNames.Contains(name) && (completedPrefixes.Any(p => name.StartsWith(p, StringComparison.Ordinal)) || !owned.Any(p => name.StartsWith(p, StringComparison.Ordinal)))) duplicates++;
        }
        return new(duplicates, mismatches, temporary);

        async Task<bool> SameFileAsync(string name)
        {
            string one = Path.Combine(images, name), other = Path.Combine(expectedImages, name);
            if (!File.Exists(one)) return false;
            byte[] here = await File.ReadAllBytesAsync(one, cancellationToken), there = await File.ReadAllBytesAsync(other, cancellationToken);
            return here.AsSpan().SequenceEqual(there);
        }
    }
}
