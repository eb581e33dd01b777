using ClipGen.Models.Imaging;

namespace ClipGen.Training.Data.Shapes;

/// <summary>The synthetic world as a data set: scenes that training may see, rendered, with a caption each.</summary>
public sealed class ShapesDataset(int side, ulong seed) : ICaptionedDataset
{
    public string Description => FormattableString.Invariant($"shapes world, {side}x{side}, seed {seed}");

    public int Side => side;

    public RgbImage Image(long index) => Pair(index).Image;

    public (RgbImage Image, string Caption) Pair(long index)
    {
        var random = new SampleRandom(seed, index);
        var scene = ShapeScene.DrawForTraining(ref random);
        string caption = ShapesCaptions.Caption(scene, ref random);
        return (ShapesRenderer.Render(scene, side, random), caption);
    }
}
