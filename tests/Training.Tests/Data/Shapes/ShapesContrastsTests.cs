using ClipGen.Training.Data.Shapes;
using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Training.Tests.Data.Shapes;

public sealed class ShapesContrastsTests
{
    [Fact]
    public void Four_in_a_row_differ_in_shape_or_position_alone_and_none_is_held_out()
    {
        var data = new ShapesContrasts(64, 7);
        for (long group = 0; group < 60; group++)
        {
            var seen = Enumerable.Range(0, 4).Select(member => ShapesJudge.Measure(data.Image(group * 4 + member))).ToArray();
            Assert.Single(seen.Select(s => (s.Colour, s.Background, s.Size)).Distinct());
            Assert.True(seen.Select(s => s.Shape).Distinct().Count() == 1 || seen.Select(s => s.Position).Distinct().Count() == 1, $"group {group}");
            Assert.All(seen, s => Assert.False(ShapesVocabulary.IsHeldOut(s.Colour!.Value, s.Shape!.Value, s.Background)));
        }
    }
}
