using ClipGen.Cluster.Generations;

namespace ClipGen.Cluster.Tests.Generations;

public sealed class GenerationIdTests
{
    private static readonly ModelDescription Model = new() { Name = "fake", Digest = "d", DefaultCandidates = 8, CodebookSize = 512, CodesPerImage = 64, ImageSize = 32 };

    [Fact]
    public void Without_key_and_sharing_every_submission_is_its_own() => Assert.NotEqual(Of(Submission()), Of(Submission()));

    [Fact]
    public void A_key_is_one_generation_for_one_tenant_whatever_the_request()
    {
        string id = Of(Submission() with { IdempotencyKey = "key" });
        Assert.Equal(id, Of(Submission(seed: 2) with { IdempotencyKey = "key" }));
        Assert.Equal(id, Of(Submission() with { IdempotencyKey = "key", Shared = true }));
        Assert.NotEqual(id, Of(Submission() with { IdempotencyKey = "key", Tenant = "other" }));
        Assert.NotEqual(id, Of(Submission() with { IdempotencyKey = "Key" }));
    }

    [Fact]
    public void Tenant_and_key_do_not_run_into_each_other() => Assert.NotEqual(
        Of(Submission() with { Tenant = "ab", IdempotencyKey = "c" }), Of(Submission() with { Tenant = "a", IdempotencyKey = "bc" }));

    [Fact]
    public void Equal_shared_requests_of_one_tenant_are_one_generation_where_their_images_have_one_name()
    {
        string id = Of(Submission() with { Shared = true });
        Assert.Equal(id, Of(Submission() with { Shared = true, Priority = GenerationPriority.Batch }));
        Assert.NotEqual(id, Of(Submission(seed: 2) with { Shared = true }));
        Assert.NotEqual(id, Of(Submission(prefix: "mine") with { Shared = true }));
        Assert.NotEqual(id, Of(Submission() with { Shared = true, Tenant = "other" }));
        Assert.Equal(32, id.Length);
    }

    private static string Of(Submission submission) => GenerationId.Of(submission, TimeProvider.System);

    private static Submission Submission(ulong seed = 1, string? prefix = null) =>
        new() { Request = GenerationRequest.Create(new() { Prompt = "a", Seed = seed, ImageNamePrefix = prefix }, Model) };
}
