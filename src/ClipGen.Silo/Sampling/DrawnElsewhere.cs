using ClipGen.Engine.Devices;
using ClipGen.Silo.Grains;

namespace ClipGen.Silo.Sampling;

/// <summary>Codes of a candidate that another device has drawn, as far as this one may go on behind them.</summary>
internal static class DrawnElsewhere
{
    /// <returns>
    /// Null where the work starts at zero: nothing is known, it comes from another kind of device, whose arithmetic differs and whose codes
    /// would be continued by another image, or it cannot be codes of the model. None of that fails the candidate.
    /// </returns>
    public static int[]? Of(SampleWork work, int candidate, DeviceInfo device, EngineModel model)
    {
        if (work.Drawn?.FirstOrDefault(d => d.Candidate == candidate && d.DeviceKind == device.Kind) is not { Codes: { Length: > 0 } bytes }) return null;
        if (bytes.Length % sizeof(int) != 0 || bytes.Length >= model.CodesPerImage * sizeof(int)) return null;
        int[] codes = Vectors.ToCodes(bytes);
        return codes.AsSpan().ContainsAnyExceptInRange(0, model.CodebookSize - 1) ? null : codes;
    }
}
