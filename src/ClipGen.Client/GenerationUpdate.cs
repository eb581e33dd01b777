namespace ClipGen.Client;

/// <summary>What happened to a generation.</summary>
public enum GenerationUpdateKind
{
    /// <summary>It was accepted and waits.</summary>
    Queued,

    /// <summary>Its prompt has been read.</summary>
    Encoded,

    /// <summary>More codes are drawn.</summary>
    Sampling,

    /// <summary>There is a <see cref="GenerationUpdate.Preview"/>.</summary>
    Preview,

    /// <summary>Its candidates are decoded and ranked.</summary>
    Decoded,

    /// <summary>One of its images is stored.</summary>
    ImageStored,

    /// <summary>Something was lost or failed and is tried again.</summary>
    Retried,

    /// <summary>The last update: all kept images are stored.</summary>
    Completed,

    /// <summary>The last update: it ended with an error.</summary>
    Failed,

    /// <summary>The last update: somebody stopped it.</summary>
    Cancelled,
}

/// <summary>One numbered thing that happened to a generation.</summary>
public sealed record GenerationUpdate
{
    /// <summary>Rises, may jump; <see cref="IClipGenClient.WatchAsync"/> goes on after it.</summary>
    public required int Number { get; init; }

    public required GenerationUpdateKind Kind { get; init; }

    /// <summary>Where the generation stood then; has the result only on <see cref="GenerationUpdateKind.Completed"/>.</summary>
    public required GenerationStatus Status { get; init; }

    /// <summary>Set on <see cref="GenerationUpdateKind.Preview"/>, null otherwise.</summary>
    public ImagePreview? Preview { get; init; }

    /// <summary>Whether nothing comes after it.</summary>
    public bool IsLast => Kind is GenerationUpdateKind.Completed or GenerationUpdateKind.Failed or GenerationUpdateKind.Cancelled;
}

/// <summary>What is drawn so far of a candidate, as a picture of full size.</summary>
/// <param name="Candidate">Candidate index within the request.</param>
/// <param name="Index">From 0, counting the generation's previews.</param>
/// <param name="Rows">Rows of codes drawn.</param>
/// <param name="RowsTotal">Rows of codes in all.</param>
/// <param name="MediaType">For example <c>image/png</c>.</param>
/// <param name="Content">The file.</param>
public sealed record ImagePreview(int Candidate, int Index, int Rows, int RowsTotal, string MediaType, ReadOnlyMemory<byte> Content);
