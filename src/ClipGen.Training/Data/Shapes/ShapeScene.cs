namespace ClipGen.Training.Data.Shapes;

/// <summary>One picture's contents: what a caption can say, and what it leaves open (extent, exact centre, brightness).</summary>
/// <param name="Extent">Side of the object's box as a fraction of the image's side.</param>
/// <param name="X">Centre of the box, fraction of the width.</param>
/// <param name="Y">Centre of the box, fraction of the height.</param>
/// <param name="Brightness">Factor on all colours, about 1.</param>
public sealed record ShapeScene(
    ShapeColour Colour,
    ShapeKind Shape,
    ShapeSize Size,
    ShapePosition Position,
    ShapeBackground Background,
    double Extent,
    double X,
    double Y,
    double Brightness)
{
    /// <summary>Draws a scene that training may see.</summary>
    public static ShapeScene DrawForTraining(ref SampleRandom random)
    {
        while (true)
        {
            var colour = (ShapeColour)random.Next(6);
            var shape = (ShapeKind)random.Next(4);
            var background = (ShapeBackground)random.Next(3);
            if (ShapesVocabulary.IsHeldOut(colour, shape, background)) continue;
            return Draw(colour, shape, (ShapeSize)random.Next(2), (ShapePosition)random.Next(5), background, ref random);
        }
    }

    /// <summary>Draws what is left open of a scene.</summary>
    public static ShapeScene Draw(ShapeColour colour, ShapeKind shape, ShapeSize size, ShapePosition position, ShapeBackground background, ref SampleRandom random)
    {
        var (from, to) = ShapesVocabulary.Extent(size);
        var (x, y) = ShapesVocabulary.Place(position);
        const double Jitter = ShapesVocabulary.PositionJitter;
        return new(colour, shape, size, position, background,
            random.NextDouble(from, to),
            x + random.NextDouble(-Jitter, Jitter),
            y + random.NextDouble(-Jitter, Jitter),
            random.NextDouble(0.96, 1.04));
    }
}
