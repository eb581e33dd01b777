namespace ClipGen;

/// <summary>One prompt image's file in the image store. Key: <see cref="PromptImage.Name"/>.</summary>
[Alias("clipgen.IPromptImageGrain")]
public interface IPromptImageGrain : IGrainWithStringKey
{
    /// <summary>
    /// Has a device's silo decode the file whole, and stores it. It stays while a generation owns it; one that is submitted at once finds it.
    /// </summary>
    /// <param name="model">The devices of this model look at it.</param>
    /// <exception cref="InvalidRequestException">It is too large, damaged, or no image; names the parameter <c>image</c>.</exception>
    /// <exception cref="RefusedException">No device can look at it now, or the store cannot take it.</exception>
    [Alias("Keep"), ResponseTimeout("00:02:00")]
    Task KeepAsync(string model, ImageFile file);

    /// <summary>Removes the file if no generation owns it: what it was kept for was not accepted.</summary>
    [Alias("Discard")]
    Task DiscardAsync();
}
