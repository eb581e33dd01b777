namespace ClipGen.Engine.Sampling;

/// <summary>
/// What a sampling step draws from: the logits of one row after temperature, top-k and top-p, exactly as the original filters
/// them (models/gpt.py, top_k_top_p). Buffers are reused from row to row; one instance serves one thread.
/// </summary>
public sealed class CodeDistribution
{
    private float[] scaled = [];
    private float[] scratch = [];
    private int[] kept = [];
    private double[] probabilities = [];

    /// <summary>Codes that can be drawn, most probable first; equal logits in the order of the codes.</summary>
    public ReadOnlySpan<int> Codes => kept.AsSpan(0, Count);

    /// <summary>Their probabilities, which sum to 1.</summary>
    public ReadOnlySpan<double> Probabilities => probabilities.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Applies the parameters to one row.</summary>
    /// <param name="logits">One finite or −∞ value a code, at least one of them finite.</param>
    /// <exception cref="ArithmeticException">A logit is not a number, or none is finite: the network's weights or its arithmetic are broken.</exception>
    public void Set(ReadOnlySpan<float> logits, SamplingParameters parameters)
    {
        Reserve(logits.Length);
        float temperature = (float)parameters.Temperature, best = Largest(logits);
        // So cold that the quotients overflow is as good as 0.
        bool greedy = temperature == 0 || !float.IsFinite(best / temperature);
        var row = scaled.AsSpan(0, logits.Length);
        for (int i = 0; i < row.Length; i++) row[i] = greedy ? logits[i] : logits[i] / temperature;
        KeepTopK(row, greedy ? 1 : parameters.TopK);
        if (greedy) Count = 1; // ties: the lowest code
        Normalise();
        if (parameters.TopP < 1) KeepTopP(parameters.TopP);
    }

    /// <summary>The code at a place in the cumulative distribution.</summary>
    /// <param name="uniform">0 ≤ u &lt; 1.</param>
    public int Draw(double uniform)
    {
        double cumulative = 0;
        for (int i = 0; i < Count - 1; i++)
        {
            cumulative += probabilities[i];
            if (uniform < cumulative) return kept[i];
        }
        return kept[Count - 1];
    }

    private static float Largest(ReadOnlySpan<float> logits)
    {
        float best = float.NegativeInfinity;
        foreach (float logit in logits) best = MathF.Max(best, logit); // a NaN wins
        return float.IsFinite(best) ? best : throw new ArithmeticException("The network's output is not a number.");
    }

    /// <summary>Keeps the k largest and whatever ties with the k-th, in falling order.</summary>
    private void KeepTopK(ReadOnlySpan<float> row, int k)
    {
        float threshold = float.NegativeInfinity;
        if (k < row.Length)
        {
            row.CopyTo(scratch);
            threshold = Selection.KthLargest(scratch.AsSpan(0, row.Length), k);
        }
        int count = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i] < threshold || float.IsNegativeInfinity(row[i])) continue;
            scratch[count] = -row[i];
            kept[count++] = i;
        }
        Count = count;
        scratch.AsSpan(0, count).Sort(kept.AsSpan(0, count));
        // The sort is not stable; codes of equal logits are put back into their order.
        for (int from = 0; from < count;)
        {
            int to = from + 1;
            while (to < count && scratch[to] == scratch[from]) to++;
            if (to - from > 1) kept.AsSpan(from, to - from).Sort();
            from = to;
        }
    }

    /// <summary>Keeps codes up to and including the first one that takes the cumulative probability past p; always the first.</summary>
    private void KeepTopP(double p)
    {
        double cumulative = 0;
        int count = 0;
        while (count < Count)
        {
            cumulative += probabilities[count++];
            if (cumulative > p) break;
        }
        Count = count;
        Normalise();
    }

    private void Normalise()
    {
        double sum = 0;
        float best = scaled[kept[0]];
        for (int i = 0; i < Count; i++) sum += probabilities[i] = Math.Exp((double)scaled[kept[i]] - best);
        for (int i = 0; i < Count; i++) probabilities[i] /= sum;
    }

    private void Reserve(int length)
    {
        if (scaled.Length >= length) return;
        scaled = new float[length];
        scratch = new float[length];
        kept = new int[length];
        probabilities = new double[length];
    }
}
