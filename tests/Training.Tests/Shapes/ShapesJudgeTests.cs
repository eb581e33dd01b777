using ClipGen.Models.Imaging;
using ClipGen.Training.Data;
using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Training.Tests.Shapes;

public sealed class ShapesJudgeTests
{
    private const int Side = 64;

    [Fact]
    public void Measures_what_was_drawn_in_all_720_combinations_with_jitter_and_noise()
    {
        var wrong = new List<string>();
        int number = 0;
        foreach (var (colour, shape, size, position, background) in Combinations())
        {
            var random = new SampleRandom(31, number++);
            var scene = ShapeScene.Draw(colour, shape, size, position, background, ref random);
            var seen = ShapesJudge.Measure(ShapesRenderer.Render(scene, Side, random));
            if (seen != new ShapesMeasurement(background, colour, shape, size, position)) wrong.Add($"{scene} was seen as {seen}");
        }
        Assert.Equal(720, number);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {number} are wrong, first: {wrong.FirstOrDefault()}");
    }

    [Fact]
    public void Sees_no_object_on_a_plain_background()
    {
        var seen = ShapesJudge.Measure(new RgbImage(Side, Side, [.. Enumerable.Repeat((byte)128, Side * Side * 3)]));
        Assert.Equal(new ShapesMeasurement(ShapeBackground.Gray, null, null, null, null), seen);
    }

    [Fact]
    public void Calls_a_blob_no_shape()
    {
        // Two small squares in opposite corners of a box: nothing of the world's shapes.
        var random = new SampleRandom(1, 1);
        var picture = ShapesRenderer.Render(ShapeScene.Draw(ShapeColour.Red, ShapeKind.Square, ShapeSize.Small, ShapePosition.Left, ShapeBackground.White, ref random), Side);
        var other = ShapesRenderer.Render(ShapeScene.Draw(ShapeColour.Red, ShapeKind.Square, ShapeSize.Small, ShapePosition.Bottom, ShapeBackground.White, ref random), Side);
        var both = new RgbImage(Side, Side, [.. picture.Pixels.Zip(other.Pixels, Math.Min)]);
        Assert.Null(ShapesJudge.Measure(both).Shape);
    }

    [Fact]
    public void An_object_between_the_places_and_sizes_is_at_none_of_them()
    {
        var scene = new ShapeScene(ShapeColour.Blue, ShapeKind.Circle, ShapeSize.Small, ShapePosition.Left, ShapeBackground.White, Extent: 0.35, X: 0.4, Y: 0.4, Brightness: 1);
        var seen = ShapesJudge.Measure(ShapesRenderer.Render(scene, Side));
        Assert.Equal((ShapeColour.Blue, ShapeKind.Circle, null, null), (seen.Colour, seen.Shape, seen.Size, seen.Position));
    }

    private static IEnumerable<(ShapeColour, ShapeKind, ShapeSize, ShapePosition, ShapeBackground)> Combinations() =>
        from colour in Enum.GetValues<ShapeColour>()
        from shape in Enum.GetValues<ShapeKind>()
        from size in Enum.GetValues<ShapeSize>()
        from position in Enum.GetValues<ShapePosition>()
        from background in Enum.GetValues<ShapeBackground>()
        select (colour, shape, size, position, background);
}
