namespace ClipGen.Models.Gpt;

/// <summary>
/// A GPT and the keys and values of a fixed number of slots. A row's result has the same bits whatever rows are beside it, in whatever slot.
/// For one caller at a time.
/// </summary>
public interface IGptRunner : IDisposable
{
    /// <summary>Readies a slot for a sequence that knows nothing of the last one.</summary>
    void Clear(int slot);

    /// <summary>Fills positions of one slot with what a step would put there.</summary>
    /// <param name="rows">In the order of their positions, as many as a step may have; all positions before them are filled, or are among them.</param>
    /// <param name="threads">CPU threads to take, from 1; a GPU has its own.</param>
    void Fill(ReadOnlySpan<GptRow> rows, int threads);

    /// <summary>One position of each of several slots.</summary>
    /// <param name="rows">At most one of each slot, all of one group.</param>
    /// <param name="threads">CPU threads to take, from 1; a GPU has its own.</param>
    void Step(ReadOnlySpan<GptRow> rows, int threads);

    /// <summary>What the last step says of the code at a row's position.</summary>
    /// <param name="row">Its number among the step's rows.</param>
    /// <returns>[V], valid until the next call.</returns>
    ReadOnlySpan<float> Logits(int row);
}
