namespace ClipGen.Training.Data.Shapes;

/// <summary>Says what is in a scene, in varying words and orders, with parts left out at random.</summary>
public static class ShapesCaptions
{
    private static readonly string[] Colours = ["red", "green", "blue", "yellow", "purple", "orange"];
    private static readonly string[] Shapes = ["circle", "square", "triangle", "ring"];
    private static readonly string[][] Sizes = [["small", "small", "little", "tiny"], ["large", "large", "big"]];
    private static readonly string[][] Positions =
    [
        ["in the center", "in the center", "in the middle", "at the center"],
        ["on the left", "on the left", "at the left", "on the left side"],
        ["on the right", "on the right", "at the right", "on the right side"],
        ["at the top", "at the top", "near the top", "on top"],
        ["at the bottom", "at the bottom", "near the bottom"],
    ];
    private static readonly string[][] Backgrounds = [["white"], ["gray", "gray", "grey"], ["black"]];
    private static readonly string[] Openings = ["a picture of ", "an image of ", "a drawing of "];

    /// <summary>
    /// A caption for training: most of them nearly whole, some with only a few of the five parts, one at the least. The short ones
    /// are what makes CLIP learn each attribute by itself: in a whole caption a place is one word among many.
    /// </summary>
    public static string Caption(ShapeScene scene, ref SampleRandom random)
    {
        double kept = random.Chance(0.7) ? 0.96 : 0.5;
        while (true)
        {
            string colour = Keep(kept, Colours[(int)scene.Colour], ref random);
            string shape = Keep(kept, Shapes[(int)scene.Shape], ref random);
            string size = Keep(kept, Pick(Sizes[(int)scene.Size], ref random), ref random);
            string position = Keep(kept, Pick(Positions[(int)scene.Position], ref random), ref random);
            string background = Keep(kept, Pick(Backgrounds[(int)scene.Background], ref random), ref random);
            if (colour.Length + shape.Length + size.Length + position.Length + background.Length > 0)
                return Compose(colour, shape, size, position, background, ref random);
        }
    }

    /// <summary>A caption that says all five attributes, in one of the trained orders.</summary>
    public static string FullCaption(ShapeScene scene, ref SampleRandom random) => Compose(
        Colours[(int)scene.Colour], Shapes[(int)scene.Shape], Sizes[(int)scene.Size][0], Positions[(int)scene.Position][0], Backgrounds[(int)scene.Background][0], ref random);

    /// <summary>Every text the captions can be made of, for learning a vocabulary.</summary>
    public static IEnumerable<string> Corpus(int count, ulong seed)
    {
        for (long i = 0; i < count; i++)
        {
            var random = new SampleRandom(seed, i);
            var scene = ShapeScene.DrawForTraining(ref random);
            yield return Caption(scene, ref random);
        }
    }

    private static string Compose(string colour, string shape, string size, string position, string background, ref SampleRandom random)
    {
        string noun = shape.Length > 0 ? shape : random.Chance(0.5) ? "shape" : "object";
        string thing = Join(" ", size, colour, noun);
        string article = thing[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an " : "a ";
        string on = background.Length == 0 ? "" : random.Chance(0.6) ? $"on a {background} background" : $"on {background}";
        switch (random.Next(6))
        {
            case 0: return Opening(ref random) + Join(" ", article + thing, position, on);
            case 1: return Opening(ref random) + Join(" ", article + thing, on, position);
            case 2: return Join(", ", article + thing + (on.Length > 0 ? " " + on : ""), position);
            case 3: return Join(", ", Join(" ", size, noun), colour, position, on);
            case 4: return Join(", ", on, article + thing, position);
            default: return Join(", ", position, thing, on);
        }
    }

    private static string Opening(ref SampleRandom random) => random.Chance(0.1) ? Pick(Openings, ref random) : "";

    private static string Keep(double probability, string part, ref SampleRandom random) => random.Chance(probability) ? part : "";

    private static string Pick(string[] words, ref SampleRandom random) => words[random.Next(words.Length)];

    private static string Join(string separator, params ReadOnlySpan<string> parts)
    {
        var kept = new List<string>();
        foreach (string part in parts) if (part.Length > 0) kept.Add(part);
        return string.Join(separator, kept);
    }
}
