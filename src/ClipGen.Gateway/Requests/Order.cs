using ClipGen.Gateway.Errors;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Requests;

/// <summary>What a body asks for, before it is known whether there is such a model.</summary>
internal sealed record Order
{
    /// <summary>Null: the default model.</summary>
    public required string? Model { get; init; }

    public required GenerationParameters Parameters { get; init; }

    /// <summary>Files of the images among its prompt.</summary>
    public required PromptImageFiles Images { get; init; }

    public required GenerationPriority Priority { get; init; }

    public required TimeSpan? Deadline { get; init; }

    /// <summary>Previews while it is drawn.</summary>
    public required int Previews { get; init; }

    /// <summary>Whether it ends when nobody waits for it any more.</summary>
    public required bool CancelOnDisconnect { get; init; }

    /// <summary><c>WxH</c> that the model must have; null for whatever it has.</summary>
    public string? Size { get; init; }

    /// <summary>What is wrong with the body itself.</summary>
    public required IReadOnlyList<Problem> Problems { get; init; }

    /// <summary>Takes what both kinds of request have; <see cref="Problems"/> goes on being filled by the caller.</summary>
    public static Order Of(Members body, PromptOrder prompt, int maxKept) => new()
    {
        Model = body.Text("model"),
        Parameters = new()
        {
            Prompt = prompt.Text,
            Image = prompt.Image,
            Prompts = prompt.Parts,
            Keep = body.Integer("n", 1, maxKept),
            Candidates = body.Integer("candidates", 1, GenerationRequest.MaxCandidates),
            Seed = body.Unsigned("seed"),
            TopK = body.Integer("top_k", 1),
            TopP = body.Number("top_p"),
            Temperature = body.Number("temperature"),
            Format = body.OneOf("output_format", "png", "jpeg", "webp") switch { "png" => ImageFormat.Png, "jpeg" => ImageFormat.Jpeg, "webp" => ImageFormat.Webp, _ => null },
            EmbedMetadata = body.Flag("embed_metadata"),
            ReferenceQuirks = body.Flag("reference_quirks"),
        },
        Images = prompt.Files,
        Priority = body.OneOf("priority", Priorities.Interactive, Priorities.Batch) == Priorities.Batch ? GenerationPriority.Batch : GenerationPriority.Interactive,
        Deadline = body.Integer("deadline_ms", 1) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
        Previews = body.Integer("partial_images", 0, Submission.MaxPreviews) ?? 0,
        CancelOnDisconnect = body.OneOf("on_disconnect", OnDisconnect.Finish, OnDisconnect.Cancel) == OnDisconnect.Cancel,
        Problems = body.Problems,
    };
}
