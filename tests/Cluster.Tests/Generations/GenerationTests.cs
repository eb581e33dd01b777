using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class GenerationTests
{
    [Fact]
    public async Task Writes_the_best_images_and_a_manifest()
    {
        await using var sut = await Sut.CreateSut();
        var request = await sut.Request(candidates: 8, keep: 3);

        var end = (await sut.Draw(request))[^1];

        Assert.Equal(GenerationState.Completed, end.Status.State);
        var result = end.Status.Result!;
        Assert.Equal([1, 2, 3], result.Images.Select(i => i.Rank));
        Assert.Equal(8, result.CandidateScores.Count);
        Assert.Equal(result.CandidateScores.OrderDescending().Take(3), result.Images.Select(i => i.ClipScore));
        Assert.All(result.Images, i => Assert.Equal(result.CandidateScores[i.Candidate], i.ClipScore));
        Assert.Equal("cpu", result.DeviceKind);
        Assert.Equal(5, result.PromptTokens);
        Assert.Equal(0.25 + 8 * 0.5 + 1, result.Times.DeviceSeconds, 6);
        Assert.Equal(8 * 64, end.Status.CodesDrawn);
        foreach (var image in result.Images)
        {
            byte[] file = await File.ReadAllBytesAsync(image.Location, Sut.Token);
            Assert.Equal(image.Bytes, file.Length);
            Assert.Equal(image.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        }
        Assert.Equal(
            result.Images.Select(i => i.Name).Append(request.ManifestName).Order(StringComparer.Ordinal),
            Directory.GetFiles(sut.Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Images_carry_their_request_unless_told_not_to()
    {
        await using var sut = await Sut.CreateSut();
        var with = (await sut.Draw(await sut.Request("a blue square")))[^1].Status.Result!.Images[0];
        var without = (await sut.Draw(await sut.Request("a blue square", with: p => p with { EmbedMetadata = false })))[^1].Status.Result!.Images[0];

        string text = await File.ReadAllTextAsync(with.Location, Sut.Token);
        Assert.Contains("clipgen:prompt=a blue square", text);
        Assert.Contains($"clipgen:candidate={with.Candidate}", text);
        Assert.Contains($"clipgen:codes_sha256={with.CodesSha256}", text);
        Assert.Contains("clipgen:sampling=top_k=500 top_p=0.95 temperature=1 reference_quirks=false", text);
        Assert.DoesNotContain("clipgen:", await File.ReadAllTextAsync(without.Location, Sut.Token));
    }

    [Fact]
    public async Task The_same_request_twice_writes_the_same_bytes()
    {
        await using var sut = await Sut.CreateSut();
        var first = (await sut.Draw(await sut.Request()))[^1].Status;
        byte[] manifest = await File.ReadAllBytesAsync(first.Result!.ManifestLocation, Sut.Token);

        var second = (await sut.Draw(await sut.Request()))[^1].Status;

        Assert.Equal(GenerationState.Completed, second.State);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(first.Result.Images, second.Result!.Images);
        Assert.Equal(manifest, await File.ReadAllBytesAsync(second.Result.ManifestLocation, Sut.Token));
    }

    [Fact]
    public async Task Keeping_more_images_of_the_same_seed_is_no_conflict()
    {
        await using var sut = await Sut.CreateSut();
        await sut.Draw(await sut.Request(keep: 1));

        Assert.Equal(GenerationState.Completed, (await sut.Draw(await sut.Request(keep: 4)))[^1].Status.State);
    }

    [Fact]
    public async Task Codes_do_not_depend_on_how_candidates_are_spread_over_devices()
    {
        await using var one = await Sut.CreateSut(new FakeEngine());
        await using var three = await Sut.CreateSut(new FakeEngine(0), new FakeEngine(1), new FakeEngine(2));

        var alone = (await one.Draw(await one.Request(candidates: 10)))[^1].Status.Result!;
        var spread = (await three.Draw(await three.Request(candidates: 10)))[^1].Status.Result!;

        Assert.Equal(alone.CandidateScores, spread.CandidateScores);
        Assert.Equal(alone.Images.Select(i => i.Sha256), spread.Images.Select(i => i.Sha256));
    }

    [Fact]
    public async Task Two_requests_at_once_both_complete()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0), new FakeEngine(1));
        var ends = await Task.WhenAll(sut.Draw(await sut.Request(seed: 1)), sut.Draw(await sut.Request(seed: 2)));

        Assert.All(ends, events => Assert.Equal(GenerationState.Completed, events[^1].Status.State));
        Assert.Empty(ends[0][^1].Status.Result!.Images.Select(i => i.Name).Intersect(ends[1][^1].Status.Result!.Images.Select(i => i.Name)));
    }

    [Fact]
    public async Task The_largest_request_completes()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0), new FakeEngine(1));

        var events = await sut.Draw(await sut.Request(candidates: GenerationRequest.MaxCandidates, keep: 5));

        Assert.Equal(GenerationState.Completed, events[^1].Status.State);
        Assert.Equal(GenerationRequest.MaxCandidates, events.Count(e => e.Kind == GenerationEventKind.CandidateSampled));
        Assert.InRange(events.Count(e => e.Kind == GenerationEventKind.Sampling), 1, 100);
    }
}
