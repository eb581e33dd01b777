using ClipGen.Cli.Inspecting;
using ClipGen.Models.Imaging;

namespace ClipGen.Cli.Generating;

/// <summary>A picture that is drawn again from what it tells, and how the new one compares.</summary>
/// <param name="SameRequest">Whether what was asked is what the picture was drawn for; null in files that do not tell.</param>
/// <param name="Again">The same candidate, drawn again; null where it is not among those kept.</param>
internal sealed record Replay(Picture Picture, bool? SameRequest, RankedImage? Again, bool SameBytes, bool SameCodes, bool SamePixels)
{
    /// <param name="result">With its files on this machine.</param>
    /// <returns>Null where nothing is drawn again.</returns>
    public static Replay? Of(Picture? picture, GenerationRequest request, GenerationResult result)
    {
        if (picture is null) return null;
        var origin = picture.Origin;
        bool? sameRequest = origin.RequestDigest is { } digest ? digest == request.Digest : null;
        if (result.Images.FirstOrDefault(image => image.Candidate == origin.Candidate) is not { } again) return new(picture, sameRequest, null, false, false, false);
        bool sameBytes = again.Sha256 == picture.Sha256;
        bool samePixels = sameBytes || Verification.Compare(picture.Pixels, ImageReader.Read(again.Location)).Pixels == 0;
        return new(picture, sameRequest, again, sameBytes, again.CodesSha256 == origin.CodesSha256, samePixels);
    }

    public string ToText(GenerationRequest request) => (Again, SameBytes) switch
    {
        (null, _) => $"candidate {Picture.Origin.Candidate} of {Picture.Path} is not among those kept{Because(request)}",
        (_, true) => $"the same bytes as {Picture.Path}",
        _ when SamePixels => $"the same pixels as {Picture.Path}, in another file{Because(request)}",
        _ when SameCodes => $"the same codes as {Picture.Path}, but other pixels: another kind of device, another format, or the file was changed",
        _ => $"another picture than {Picture.Path}{Because(request)}",
    };

    private string Because(GenerationRequest request) =>
        request.ModelDigest != Picture.Origin.ModelDigest ? $": it was drawn by another version of the model, {Picture.Origin.ModelDigest}"
        : SameRequest switch
        {
            false => ": what was asked is not what it was drawn for",
            true => ", although the request is the same: another kind of device, or the file was changed",
            null => "",
        };
}
