namespace ClipGen.Silo.Origins;

/// <summary>Keywords of the texts in which a PNG file tells its origin.</summary>
internal static class OriginKeys
{
    public const string Prefix = "clipgen:";

    public const string Prompt = "clipgen:prompt",
        Prompts = "clipgen:prompts",
        Seed = "clipgen:seed",
        Candidate = "clipgen:candidate",
        Model = "clipgen:model",
        ModelDigest = "clipgen:model_digest",
        Sampling = "clipgen:sampling",
        Candidates = "clipgen:candidates",
        Keep = "clipgen:n",
        Request = "clipgen:request_sha256",
        CodesSha256 = "clipgen:codes_sha256",
        Codes = "clipgen:codes";
}
