using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace ClipGen.Client.Tests.Fakes;

/// <summary>A grain factory whose watching of generations a test can cut, as the loss of a silo would.</summary>
internal sealed class CuttableGrains
{
    private volatile TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CuttableGrains(IGrainFactory grains) => Grains = Wrap(grains);

    public IGrainFactory Grains { get; }

    /// <summary>Breaks every watch that goes on now.</summary>
    public void Cut() => Interlocked.Exchange(ref _cut, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private T Wrap<T>(T inner)
        where T : class
    {
        var proxy = DispatchProxy.Create<T, Proxy>();
        ((Proxy)(object)proxy).Of = (inner, this);
        return proxy;
    }

    private static async IAsyncEnumerable<GenerationEvent> Until(Task cut, IAsyncEnumerable<GenerationEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var source = events.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = source.MoveNextAsync().AsTask();
            if (await Task.WhenAny(next, cut) == cut)
            {
                // An enumerator must not be closed while it moves.
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new SiloUnavailableException("The silo is gone.");
            }
            if (!await next) yield break;
            yield return source.Current;
        }
    }

    [SuppressMessage("Performance", "CA1852", Justification = "What DispatchProxy makes derives from it.")]
    private class Proxy : DispatchProxy
    {
        public (object Inner, CuttableGrains Owner) Of { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(Of.Inner, args) switch
        {
            IGenerationGrain generation => Of.Owner.Wrap(generation),
            IAsyncEnumerable<GenerationEvent> events => Until(Of.Owner._cut.Task, events),
            var other => other,
        };
    }
}
