using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Training.Tests.Data.Shapes;

public sealed class ShapesContrastsTests
{
    [Fact]
    public void Four_in_a_row_differ_in_shape_or_position_alone_or_are_two_shapes_in_both_sizes_and_none_is_held_out()
    {
        var data = new ShapesContrasts(64, 7);
        int sized = 0;
        for (long group = 0; group < 60; group++)
        {
            var seen = Enumerable.Range(0, 4).Select(member => ShapesJudge.Measure(data.Image(group * 4 + member))).ToArray();
            Assert.Single(seen.Select(s => (s.Colour, s.Background)).Distinct());
            int shapes = seen.Select(s => s.Shape).Distinct().Count(), positions = seen.Select(s => s.Position).Distinct().Count();
            if (seen.Select(s => s.Size).Distinct().Count() == 1) Assert.True(shapes == 1 || positions == 1, $"group {group}");
            else
            {
                sized++;
                Assert.Equal((2, 1), (shapes, positions));
                Assert.Equal(4, seen.Select(s => (s.Shape, s.Size)).Distinct().Count());
            }
            Assert.All(seen, s => Assert.False(ShapesVocabulary.IsHeldOut(s.Colour!.Value, s.Shape!.Value, s.Background)));
        }
        Assert.InRange(sized, 10, 35);
    }
}
