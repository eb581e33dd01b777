using ClipGen.Models.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Training.Data;

/// <summary>Puts images side by side into one tensor.</summary>
public static class ImageBatches
{
    /// <summary>Images of one size to [B, 3, H, W] float32 in [0, 1].</summary>
    public static Tensor ToTensor(IReadOnlyList<RgbImage> images, Device device)
    {
        int width = images[0].Width, height = images[0].Height, plane = width * height;
        var values = new float[images.Count * 3 * plane];
        Parallel.For(0, images.Count, i =>
        {
            byte[] pixels = images[i].Pixels;
            for (int p = 0, at = i * 3 * plane; p < plane; p++, at++)
            {
                values[at] = pixels[3 * p] / 255f;
                values[at + plane] = pixels[3 * p + 1] / 255f;
                values[at + 2 * plane] = pixels[3 * p + 2] / 255f;
            }
        });
        return tensor(values, [images.Count, 3, height, width]).to(device);
    }

    /// <summary>Images first … first + count − 1 of a data set.</summary>
    public static RgbImage[] Read(IImageDataset data, long first, int count)
    {
        var images = new RgbImage[count];
        Parallel.For(0, count, i => images[i] = data.Image(first + i));
        return images;
    }
}
