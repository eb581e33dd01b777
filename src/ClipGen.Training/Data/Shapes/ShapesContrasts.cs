using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data.Shapes;

/// <summary>
/// The shapes world for contrastive training: every four consecutive scenes differ in one attribute alone, the shape or the
/// position. Among scenes drawn at random two seldom agree in everything else, so a batch would hardly ever ask where an
/// object is; colours and backgrounds tell most of it apart.
/// </summary>
public sealed class ShapesContrasts(int side, ulong seed) : ICaptionedDataset
{
    private const int GroupSize = 4;

    /// <summary>Shapes are what a CLIP of this size learns last: most groups ask for them.</summary>
    private const double ShapeGroups = 0.65;

    public string Description => FormattableString.Invariant($"shapes world, {side}x{side}, seed {seed}, in contrasting groups of {GroupSize}");

    public int Side => side;

    public RgbImage Image(long index) => Pair(index).Image;

    public (RgbImage Image, string Caption) Pair(long index)
    {
        var shared = new SampleRandom(seed, ~(index / GroupSize));
        var first = ShapeScene.DrawForTraining(ref shared);
        int member = (int)(index % GroupSize);
        var (shape, position) = shared.Chance(ShapeGroups)
            ? ((ShapeKind)(((int)first.Shape + member) % 4), first.Position)
            : (first.Shape, (ShapePosition)(((int)first.Position + member) % 5));
        if (ShapesVocabulary.IsHeldOut(first.Colour, shape, first.Background)) shape = first.Shape;

        var random = new SampleRandom(seed, index);
        var scene = ShapeScene.Draw(first.Colour, shape, first.Size, position, first.Background, ref random);
        string caption = ShapesCaptions.Caption(scene, ref random);
        return (ShapesRenderer.Render(scene, side, random), caption);
    }
}
