using ClipGen.Cluster.Storage;

namespace ClipGen.Cli.Benchmarks;

/// <summary>Takes images and forgets them, so that no disk is measured.</summary>
internal sealed class MemoryImageStore : IImageStore
{
    public Task EnsureWritableAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken) => Task.FromResult(LocationOf(name));

    public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    public string LocationOf(string name) => $"memory:{name}";
}
