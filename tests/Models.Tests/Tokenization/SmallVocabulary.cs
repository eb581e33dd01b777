using ClipGen.Models.Tokenization;

namespace ClipGen.Models.Tests.Tokenization;

/// <summary>A vocabulary learnt in a moment, for tests that need none in particular.</summary>
internal static class SmallVocabulary
{
    public static string[] Texts { get; } =
    [
        .. from size in new[] { "small", "large" }
           from colour in new[] { "red", "green", "blue", "yellow" }
           from shape in new[] { "circle", "square", "triangle" }
           select $"a {size} {colour} {shape} on a white background",
    ];

    public static BpeVocabulary Shapes() => BpeVocabulary.Train(Texts, 300);
}
