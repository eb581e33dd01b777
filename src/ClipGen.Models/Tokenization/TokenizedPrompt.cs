namespace ClipGen.Models.Tokenization;

/// <summary>A prompt as CLIP's text transformer reads it.</summary>
/// <param name="Ids">As many ids as the context is long; after the prompt follow zeros.</param>
/// <param name="Count">How many of them are the prompt's, start and end token included.</param>
/// <param name="Truncated">Whether the prompt had more tokens than the context has room for.</param>
public sealed record TokenizedPrompt(int[] Ids, int Count, bool Truncated);
