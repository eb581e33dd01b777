using System.CommandLine;
using ClipGen.Cli.Terminal;

namespace ClipGen.EndToEnd.Tests;

public sealed class InterruptionTests
{
    /// <summary>What a person or a signal interrupts is in <see cref="ChaosTests"/>.</summary>
    [Fact]
    public async Task What_nobody_has_cancelled_is_not_reported_as_interrupted()
    {
        var command = new Command("wait");
        command.SetAction((_, _) => Task.FromException<int>(new TaskCanceledException("A call was given up.")));

        var error = await Assert.ThrowsAsync<TaskCanceledException>(() => CommandRunner.RunAsync([command], ["wait"]));

        Assert.Equal("A call was given up.", error.Message);
    }
}
