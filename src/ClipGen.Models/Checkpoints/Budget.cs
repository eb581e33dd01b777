namespace ClipGen.Models.Checkpoints;

/// <summary>What a file may cost, set from its real size, so that a small hostile file cannot claim much memory or time.</summary>
/// <param name="what">Names the limit in the error.</param>
internal sealed class Budget(string what, long limit)
{
    private long taken;

    public void Take(long amount)
    {
        if (amount > limit - taken) throw new InvalidDataException($"{what} would exceed {limit}, which is out of proportion to the file's size");
        taken += amount;
    }
}
