using System.Runtime.InteropServices;

namespace ClipGen.Cluster.Generations;

/// <summary>
/// The codes of one generation's candidates that devices have told of, the newest of each: what is drawn need not be drawn again when a
/// device or a process is lost. What cannot be codes of the model is not taken, nor what would make it larger than
/// <see cref="MaxBytes"/>. Not thread-safe: lives in a grain.
/// </summary>
internal sealed class DrawnTable
{
    /// <summary>A thousand candidates of 32 × 32 codes. It travels in one message, and is written into one record.</summary>
    public const int MaxBytes = 4 << 20;

    private readonly DrawnCodes?[] _drawn;
    private readonly int _codesPerImage, _codebookSize;
    private int _bytes;

    /// <param name="kept">What an earlier activation has written down.</param>
    public DrawnTable(int candidates, ModelDescription model, IEnumerable<DrawnCodes> kept)
    {
        _drawn = new DrawnCodes?[candidates];
        (_codesPerImage, _codebookSize) = (model.CodesPerImage, model.CodebookSize);
        foreach (var drawn in kept) Take(drawn);
    }

    /// <summary>Everything, in the candidates' order.</summary>
    public IReadOnlyList<DrawnCodes> All => [.. _drawn.OfType<DrawnCodes>()];

    /// <summary>Candidates of which all codes are there.</summary>
    public IReadOnlyList<DrawnCodes> Complete => [.. _drawn.OfType<DrawnCodes>().Where(IsComplete)];

    /// <summary>Candidates of which there are some codes, but not all.</summary>
    public IReadOnlyList<DrawnCodes> Begun => [.. _drawn.OfType<DrawnCodes>().Where(drawn => !IsComplete(drawn))];

    /// <summary>
    /// Takes codes that are news: more than are known from devices of the same kind, or another kind's, which has begun anew and is the
    /// likelier one to be asked again.
    /// </summary>
    /// <returns>Whether it has taken them.</returns>
    public bool Take(DrawnCodes drawn)
    {
        if (drawn.Candidate < 0 || drawn.Candidate >= _drawn.Length || !AreCodes(drawn.Codes)) return false;
        ref var known = ref _drawn[drawn.Candidate];
        if (known is not null && (IsComplete(known) || (known.DeviceKind == drawn.DeviceKind && known.Codes.Length >= drawn.Codes.Length))) return false;
        int bytes = _bytes - (known?.Codes.Length ?? 0) + drawn.Codes.Length;
        if (bytes > MaxBytes) return false;
        (known, _bytes) = (drawn, bytes);
        return true;
    }

    /// <summary>A device has failed at it: what it told before may be as wrong. Complete ones are past that.</summary>
    public void Forget(int candidate)
    {
        if (candidate < 0 || candidate >= _drawn.Length || _drawn[candidate] is not { } known || IsComplete(known)) return;
        _bytes -= known.Codes.Length;
        _drawn[candidate] = null;
    }

    private bool IsComplete(DrawnCodes drawn) => drawn.Codes.Length == _codesPerImage * sizeof(int);

    private bool AreCodes(byte[] codes) => codes.Length > 0 && codes.Length <= _codesPerImage * sizeof(int) && codes.Length % sizeof(int) == 0
        && !MemoryMarshal.Cast<byte, int>(codes).ContainsAnyExceptInRange(0, _codebookSize - 1);
}
