using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Devices;

/// <summary>Decodes files that come from outside: a few at a time, whatever the number of requests, for each takes seven bytes a pixel meanwhile.</summary>
public static class PromptImageFile
{
    private const int AtOnce = 2;

    private static readonly SemaphoreSlim Turn = new(AtOnce);

    /// <summary>Decodes a whole PNG, JPEG or WebP file, and makes what is wanted of its pixels before they are let go of.</summary>
    /// <exception cref="InvalidDataException">It is none, is damaged, cut short or too large; the message says which.</exception>
    public static async Task<T> DecodeAsync<T>(byte[] file, Func<RgbImage, T> use, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(use);
        await Turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => use(ImageReader.Decode(file)), cancellationToken);
        }
        finally
        {
            Turn.Release();
        }
    }
}
