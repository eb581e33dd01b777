using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class ManifestTests
{
    [Fact]
    public async Task The_manifest_tells_all_that_is_needed_to_draw_the_images_again()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine());
        var request = await sut.Request("красный круг & \"two\" circles", seed: ulong.MaxValue, candidates: 2, keep: 1);
        var result = (await sut.Draw(request))[^1].Status.Result!;
        var image = result.Images[0];

        string expected = $$"""
            {
              "format": "clipgen-manifest-1",
              "request": {
                "model": "fake",
                "model_digest": "{{request.ModelDigest}}",
                "prompt": "красный круг \u0026 \u0022two\u0022 circles",
                "seed": 18446744073709551615,
                "candidates": 2,
                "keep": 1,
                "sampling": {
                  "top_k": 500,
                  "top_p": 0.95,
                  "temperature": 1
                },
                "format": "png",
                "embed_metadata": true,
                "reference_quirks": false,
                "digest": "{{request.Digest}}"
              },
              "device_kind": "cpu",
              "prompt_tokens": 7,
              "prompt_truncated": false,
              "images": [
                {
                  "rank": 1,
                  "candidate": {{image.Candidate}},
                  "clip_score": {{image.ClipScore}},
                  "name": "{{image.Name}}",
                  "bytes": {{image.Bytes}},
                  "sha256": "{{image.Sha256}}",
                  "codes_sha256": "{{image.CodesSha256}}"
                }
              ],
              "candidate_scores": [
                {{result.CandidateScores[0]}},
                {{result.CandidateScores[1]}}
              ]
            }

            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), await File.ReadAllTextAsync(result.ManifestLocation, Sut.Token));
        Assert.Equal(await File.ReadAllBytesAsync(result.ManifestLocation, Sut.Token), ManifestFile.Of(request, result));
    }
}
