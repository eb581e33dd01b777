[assembly: AssemblyFixture(typeof(ClipGen.EndToEnd.Tests.RandomModel))]

namespace ClipGen.EndToEnd.Tests;

/// <summary>A bundle with random weights of the shapes model's sizes, made once by the program itself.</summary>
public sealed class RandomModel : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public string Path => folder["noise"];

    public async ValueTask InitializeAsync() => await new Clipgen(folder.Path).SucceedAsync("model", "random", "--preset", "shapes", "--out", "noise");

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy that a test may damage.</summary>
    public string CopyTo(string destination)
    {
        Directory.CreateDirectory(destination);
        foreach (string file in Directory.EnumerateFiles(Path)) File.Copy(file, System.IO.Path.Combine(destination, System.IO.Path.GetFileName(file)));
        return destination;
    }
}
