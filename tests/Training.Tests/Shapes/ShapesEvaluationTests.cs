using ClipGen.Training.Shapes.Evaluation;

namespace ClipGen.Training.Tests.Shapes;

public sealed class ShapesEvaluationTests
{
    [Fact]
    public void The_prompts_are_200_different_ones_of_which_a_quarter_was_never_trained_on()
    {
        Assert.Equal(200, ShapesPrompts.All.Count);
        Assert.Equal(50, ShapesPrompts.All.Count(prompt => prompt.IsHeldOut));
        Assert.Equal(200, ShapesPrompts.All.Select(prompt => prompt with { Text = "" }).Distinct().Count());
        Assert.All(ShapesPrompts.All, prompt => Assert.Contains($"{prompt.Colour}", prompt.Text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(0, 0, 1.0)]
    [InlineData(5, 0, 1 / 32.0)]
    [InlineData(4, 1, 6 / 32.0)]
    [InlineData(0, 5, 1.0)]
    public void The_sign_test_counts_outcomes_at_least_as_good(int onlyFirst, int onlySecond, double probability) =>
        Assert.Equal(probability, PairedComparison.SignTest(onlyFirst, onlySecond), 12);

    [Fact]
    public void A_score_is_the_share_of_right_pictures()
    {
        ShapesVerdict right = new(true, true, true, true, true), wrongPlace = right with { Position = false };
        var score = ShapesScore.Of([right, right, right, wrongPlace]);
        Assert.Equal((4, 1.0, 0.75, 1.0, 0.75), (score.Pictures, score.Shape, score.Position, score.ColourAndBackground, score.All));
    }
}
