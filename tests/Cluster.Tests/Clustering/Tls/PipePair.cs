using System.IO.Pipelines;

namespace ClipGen.Cluster.Tests.Clustering.Tls;

/// <summary>The two ends of a connection in memory.</summary>
internal sealed class PipePair(PipeReader input, PipeWriter output) : IDuplexPipe
{
    public PipeReader Input => input;

    public PipeWriter Output => output;

    public static (IDuplexPipe Near, IDuplexPipe Far) Create()
    {
        Pipe there = new(), back = new();
        return (new PipePair(there.Reader, back.Writer), new PipePair(back.Reader, there.Writer));
    }
}
