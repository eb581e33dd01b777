namespace ClipGen;

/// <summary>The files of a request's prompt images on their way into the cluster: the request itself only names them.</summary>
public sealed class PromptImageFiles
{
    /// <summary>Between keeping a file and its generation's acceptance it may go with the last generation that owned it; not that often.</summary>
    private const int MaxAttempts = 3;

    private readonly List<(string Parameter, PromptImage Image, byte[] File)> _files = [];

    /// <summary>Adds a file and names it.</summary>
    /// <param name="parameter">What an error calls it, for example <c>prompts[1].image</c>.</param>
    /// <param name="file">Never changed afterwards.</param>
    /// <exception cref="InvalidRequestException">It begins as no PNG, JPEG or WebP does.</exception>
    public PromptImage Add(string parameter, byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var image = PromptImage.Of(file)
            ?? throw new InvalidRequestException([new(parameter, file.Length == 0 ? "is empty; send a PNG, JPEG or WebP file." : "is no PNG, JPEG or WebP image: it begins with other bytes than theirs.")]);
        if (Find(image) is null) _files.Add((parameter, image, file));
        return image;
    }

    /// <summary>The file of an image that was added; null for another.</summary>
    public byte[]? Find(PromptImage image) => _files.Find(f => f.Image == image).File;

    /// <summary>Has the files kept and hands the submission in, which names them.</summary>
    /// <exception cref="InvalidRequestException">A file cannot be taken; nothing was accepted.</exception>
    /// <exception cref="RefusedException">As <see cref="IGatewayGrain.SubmitAsync"/> and <see cref="IPromptImageGrain.KeepAsync"/>.</exception>
    public async Task<Accepted> SubmitAsync(IGrainFactory grains, Submission submission)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(submission);
        string model = submission.Request.Model;
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                foreach (var (parameter, image, file) in _files) await KeepAsync(grains, model, parameter, image, file);
                try
                {
                    return await grains.GetGrain<IGatewayGrain>(model).SubmitAsync(submission);
                }
                catch (PromptImageMissingException) when (attempt < MaxAttempts)
                {
                    // Somebody's last generation with this image was removed just now; the file is sent again.
                }
            }
        }
        catch
        {
            foreach (var (_, image, _) in _files) grains.GetGrain<IPromptImageGrain>(image.Name).DiscardAsync().Ignore();
            throw;
        }
    }

    private static async Task KeepAsync(IGrainFactory grains, string model, string parameter, PromptImage image, byte[] file)
    {
        try
        {
            await grains.GetGrain<IPromptImageGrain>(image.Name).KeepAsync(model, new(file));
        }
        catch (InvalidRequestException e)
        {
            throw new InvalidRequestException([.. e.Errors.Select(error => error with { Parameter = parameter })]);
        }
    }
}
