using ClipGen.Training.Data;
using ClipGen.Training.Data.Shapes;

namespace ClipGen.Training.Tests.Data.Shapes;

public sealed class ShapesWorldTests
{
    private const ulong Seed = 7;

    [Fact]
    public void Seven_of_the_72_combinations_are_held_out_and_their_parts_are_not()
    {
        var all = (from colour in Enum.GetValues<ShapeColour>() from shape in Enum.GetValues<ShapeKind>() from background in Enum.GetValues<ShapeBackground>() select (colour, shape, background)).ToArray();
        var trained = all.Where(c => !ShapesVocabulary.IsHeldOut(c.colour, c.shape, c.background)).ToArray();

        Assert.Equal((72, 65), (all.Length, trained.Length));
        Assert.Equal(6, trained.Select(c => c.colour).Distinct().Count());
        Assert.Equal(4, trained.Select(c => c.shape).Distinct().Count());
        Assert.Equal(3, trained.Select(c => c.background).Distinct().Count());
    }

    [Fact]
    public void Training_draws_every_combination_but_the_held_out_ones()
    {
        var drawn = new HashSet<(ShapeColour, ShapeKind, ShapeBackground)>();
        for (long index = 0; index < 20_000; index++)
        {
            var random = new SampleRandom(Seed, index);
            var scene = ShapeScene.DrawForTraining(ref random);
            Assert.False(ShapesVocabulary.IsHeldOut(scene.Colour, scene.Shape, scene.Background), $"sample {index} is held out");
            drawn.Add((scene.Colour, scene.Shape, scene.Background));
        }
        Assert.Equal(65, drawn.Count);
    }

    [Fact]
    public void Every_caption_says_something_and_nothing_untrue()
    {
        for (long index = 0; index < 20_000; index++)
        {
            var random = new SampleRandom(Seed, index);
            var scene = ShapeScene.DrawForTraining(ref random);
            string caption = ShapesCaptions.Caption(scene, ref random);

            string[] words = caption.Replace(",", "").Split(' ');
            Assert.True(words.All(word => word.Length > 0), $"'{caption}'");
            Assert.DoesNotContain(words, word => Enum.TryParse<ShapeColour>(word, true, out var colour) && colour != scene.Colour);
            Assert.DoesNotContain(words, word => Enum.TryParse<ShapeKind>(word, true, out var shape) && shape != scene.Shape);
        }
    }

    [Fact]
    public void A_full_caption_says_all_five_attributes()
    {
        string[] sizes = ["small", "large"], places = ["in the center", "on the left", "on the right", "at the top", "at the bottom"];
        for (long index = 0; index < 2_000; index++)
        {
            var random = new SampleRandom(Seed, index);
            var scene = ShapeScene.DrawForTraining(ref random);
            string caption = ShapesCaptions.FullCaption(scene, ref random);

            foreach (string word in new[] { $"{scene.Colour}", $"{scene.Shape}", sizes[(int)scene.Size], places[(int)scene.Position] })
            {
                Assert.Contains(word, caption, StringComparison.OrdinalIgnoreCase);
            }
            Assert.Matches($"(?i)on (a )?{scene.Background}", caption);
        }
    }

    [Fact]
    public void An_index_is_the_same_sample_every_time_and_in_any_order()
    {
        ShapesDataset first = new(32, Seed), second = new(32, Seed);
        var forward = Enumerable.Range(0, 20).Select(i => first.Pair(i)).ToArray();

        foreach (int index in Enumerable.Range(0, 20).Reverse())
        {
            var (image, caption) = second.Pair(index);
            Assert.Equal(forward[index].Caption, caption);
            Assert.Equal(forward[index].Image.Pixels, image.Pixels);
            Assert.Equal(forward[index].Image.Pixels, second.Image(index).Pixels);
        }
        Assert.Equal(20, forward.Select(pair => Convert.ToHexString(pair.Image.Pixels)).Distinct().Count());
    }
}
