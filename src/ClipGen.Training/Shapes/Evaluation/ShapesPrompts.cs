using ClipGen.Training.Data;
using ClipGen.Training.Data.Shapes;

namespace ClipGen.Training.Shapes.Evaluation;

/// <summary>One prompt of the evaluation and what its picture must show.</summary>
public sealed record ShapesPrompt(string Text, ShapeColour Colour, ShapeKind Shape, ShapeSize Size, ShapePosition Position, ShapeBackground Background)
{
    public bool IsHeldOut => ShapesVocabulary.IsHeldOut(Colour, Shape, Background);
}

/// <summary>The 200 fixed prompts: each says all five attributes; a quarter of them are combinations that no training saw.</summary>
public static class ShapesPrompts
{
    public const int Count = 200;
    private const ulong Seed = 0x5EED_0F_EA11;

    public static IReadOnlyList<ShapesPrompt> All { get; } = Draw();

    private static List<ShapesPrompt> Draw()
    {
        var random = new SampleRandom(Seed, 0);
        var prompts = new List<ShapesPrompt>();
        var seen = new HashSet<(ShapeColour, ShapeKind, ShapeSize, ShapePosition, ShapeBackground)>();
        while (prompts.Count < Count)
        {
            bool heldOut = prompts.Count % 4 == 0;
            var key = ((ShapeColour)random.Next(6), (ShapeKind)random.Next(4), (ShapeSize)random.Next(2), (ShapePosition)random.Next(5), (ShapeBackground)random.Next(3));
            var (colour, shape, size, position, background) = key;
            if (ShapesVocabulary.IsHeldOut(colour, shape, background) != heldOut || !seen.Add(key)) continue;
            var scene = ShapeScene.Draw(colour, shape, size, position, background, ref random);
            prompts.Add(new(ShapesCaptions.FullCaption(scene, ref random), colour, shape, size, position, background));
        }
        return prompts;
    }
}
