namespace ClipGen.Engine.Devices;

/// <summary>Whether a job fits the model of the device that is to do it.</summary>
internal static class JobChecks
{
    /// <exception cref="ArgumentException">It does not; the message says how.</exception>
    public static void Check(this EngineModel model, SampleJob job)
    {
        CheckEmbedding(model, job.Embedding, nameof(job));
        if (job.Drawn is { } drawn && (drawn.Length >= model.CodesPerImage || drawn.AsSpan().ContainsAnyExceptInRange(0, model.CodebookSize - 1)))
            throw new ArgumentException($"What candidate {job.Candidate} has drawn is not fewer than {model.CodesPerImage} codes from 0 to {model.CodebookSize - 1}.", nameof(job));
    }

    /// <inheritdoc cref="Check(EngineModel, SampleJob)"/>
    public static void Check(this EngineModel model, DecodeJob job)
    {
        CheckEmbedding(model, job.Embedding, nameof(job));
        foreach (var (candidate, codes) in job.Candidates)
        {
            if (codes.Length != model.CodesPerImage || codes.AsSpan().ContainsAnyExceptInRange(0, model.CodebookSize - 1))
                throw new ArgumentException($"Candidate {candidate} is not {model.CodesPerImage} codes from 0 to {model.CodebookSize - 1}.", nameof(job));
        }
    }

    /// <inheritdoc cref="Check(EngineModel, SampleJob)"/>
    public static void Check(this EngineModel model, PreviewJob job)
    {
        if (job.Codes.Length < 1 || job.Codes.Length > model.CodesPerImage || job.Codes.AsSpan().ContainsAnyExceptInRange(0, model.CodebookSize - 1))
            throw new ArgumentException($"A preview is of 1 to {model.CodesPerImage} codes from 0 to {model.CodebookSize - 1}.", nameof(job));
    }

    private static void CheckEmbedding(EngineModel model, float[] embedding, string parameter)
    {
        if (embedding.Length != model.EmbeddingSize)
            throw new ArgumentException($"The embedding has {embedding.Length} numbers; {model.Name} takes {model.EmbeddingSize}.", parameter);
        if (!Array.TrueForAll(embedding, float.IsFinite)) throw new ArgumentException("The embedding holds something that is not a finite number.", parameter);
    }
}
