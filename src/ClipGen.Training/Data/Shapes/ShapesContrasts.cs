using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data.Shapes;

/// <summary>
/// The shapes world for contrastive training: every four consecutive scenes differ in the shape alone, in the position alone, or
/// are two shapes in both sizes. Among scenes drawn at random two seldom agree in everything else, so a batch would hardly ever
/// ask where or how large an object is; colours and backgrounds tell most of it apart.
/// </summary>
public sealed class ShapesContrasts(int side, ulong seed) : ICaptionedDataset
{
    private const int GroupSize = 4;

    /// <summary>Shapes are what a CLIP of this size learns last: most groups ask for them.</summary>
    private const double ShapeGroups = 0.45;

    private const double PositionGroups = 0.2;

    public string Description => FormattableString.Invariant($"shapes world, {side}x{side}, seed {seed}, in contrasting groups of {GroupSize}");

    public int Side => side;

    public RgbImage Image(long index) => Pair(index).Image;

    public (RgbImage Image, string Caption) Pair(long index)
    {
        var shared = new SampleRandom(seed, ~(index / GroupSize));
        var first = ShapeScene.DrawForTraining(ref shared);
        int member = (int)(index % GroupSize);
        var (shape, position, size) = (first.Shape, first.Position, first.Size);
        double asked = shared.NextDouble();
        if (asked < ShapeGroups) shape = (ShapeKind)(((int)shape + member) % 4);
        else if (asked < ShapeGroups + PositionGroups) position = (ShapePosition)(((int)position + member) % 5);
        else (shape, size) = ((ShapeKind)(((int)shape + member / 2) % 4), (ShapeSize)(member % 2));
        while (ShapesVocabulary.IsHeldOut(first.Colour, shape, first.Background)) shape = (ShapeKind)(((int)shape + 1) % 4);

        var random = new SampleRandom(seed, index);
        var scene = ShapeScene.Draw(first.Colour, shape, size, position, first.Background, ref random);
        string caption = ShapesCaptions.Caption(scene, ref random);
        return (ShapesRenderer.Render(scene, side, random), caption);
    }
}
