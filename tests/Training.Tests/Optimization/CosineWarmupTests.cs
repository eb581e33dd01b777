using System.Text.Json;
using ClipGen.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Tests.Optimization;

public sealed class CosineWarmupTests
{
    [Theory]
    [InlineData("a", 14)]
    [InlineData("b", 7)]
    public void Matches_the_original_at_every_epoch(string schedule, int rows)
    {
        using var scope = NewDisposeScope();
        var golden = JsonDocument.Parse(File.ReadAllText(Repository.Reference("lr_goldens.json"))).RootElement.GetProperty(schedule);
        double Value(string name) => golden.GetProperty(name).GetDouble();
        var warmup = new CosineWarmup(Value("warmup_epochs"), Value("epochs"), Value("lr"), Value("min_lr"));
        using var layer = nn.Linear(2, 2);
        using var optimizer = ParameterGroups.CreateAdamW(layer, rate: 1);

        Assert.Equal(rows, golden.GetProperty("rows").GetArrayLength());
        foreach (var row in golden.GetProperty("rows").EnumerateArray())
        {
            double epoch = row[0].GetDouble(), expected = row[1].GetDouble(), rate = warmup.At(epoch);
            Assert.True(Math.Abs(expected - rate) <= 1e-12 * expected + 1e-20, $"epoch {epoch}: {rate} instead of {expected}");
            ParameterGroups.SetRate(optimizer, rate);
            Assert.All(optimizer.ParamGroups, group => Assert.Equal(rate, group.LearningRate));
        }
    }
}
