namespace ClipGen.Engine.Sampling;

/// <summary>Finds an order statistic without sorting everything (Hoare's quickselect).</summary>
internal static class Selection
{
    /// <summary>The k-th largest value (1 is the largest); reorders <paramref name="values"/>.</summary>
    public static float KthLargest(Span<float> values, int k)
    {
        int low = 0, high = values.Length - 1, target = k - 1;
        while (low < high)
        {
            // The median of three keeps sorted rows from being the worst case.
            float a = values[low], b = values[(low + high) / 2], c = values[high];
            float pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = low, j = high;
            while (i <= j)
            {
                while (values[i] > pivot) i++;
                while (values[j] < pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                i++;
                j--;
            }
            if (target <= j) high = j;
            else if (target >= i) low = i;
            else break;
        }
        return values[target];
    }
}
