using ClipGen.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Optimization;

public sealed class GridPlacesTests
{
    [Fact]
    public void Neighbours_in_the_grid_are_the_nearest_to_each_other()
    {
        using var places = GridPlaces.Create(8, 64, amplitude: 1);
        using var distances = cdist(places, places);
        for (int row = 1; row < 7; row++)
        {
            for (int column = 1; column < 7; column++)
            {
                int place = row * 8 + column;
                var nearest = Enumerable.Range(0, 64).Where(other => other != place).OrderBy(other => distances[place, other].item<float>()).Take(4).Order();
                Assert.Equal([place - 8, place - 1, place + 1, place + 8], nearest);
            }
        }
    }

    [Fact]
    public void All_places_are_of_one_length()
    {
        using var places = GridPlaces.Create(5, 20, amplitude: 2);
        Assert.All(places.norm(1).data<float>().ToArray(), length => Assert.Equal(2 * Math.Sqrt(10), length, 4));
    }
}
