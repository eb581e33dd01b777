using TorchSharp;
using static TorchSharp.torch;

namespace ClipGen.Models.Imaging;

/// <summary>Between images in bytes and tensors in the networks' ranges.</summary>
public static class PixelRange
{
    /// <summary>(x / 255 − mean) / std.</summary>
    /// <returns>[1, 3, H, W], float32, on the CPU; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The image's byte count does not fit its size.</exception>
    public static Tensor ToTensor(RgbImage image, PixelNormalization normalization)
    {
        image.Checked();
        ArgumentNullException.ThrowIfNull(normalization);
        using var scope = NewDisposeScope();
        var mean = tensor([.. normalization.Mean], [1, 3, 1, 1], device: CPU);
        var std = tensor([.. normalization.Std], [1, 3, 1, 1], device: CPU);
        var bytes = tensor(image.Pixels, [1, image.Height, image.Width, 3], dtype: uint8, device: CPU);
        var x = bytes.permute(0, 3, 1, 2).to_type(float32).div(255).contiguous();   // [1, 3, H, W]
        return x.sub(mean).div(std).MoveToOuterDisposeScope();
    }

    /// <summary>VQGAN's output as an image: x · 0.5 + 0.5, then bytes by the rule of torchvision's save_image, · 255 + 0.5, clamped and cut off.</summary>
    /// <param name="chw">[3, H, W], any floating type and device. Finite; values outside [-1, 1] become 0 or 255.</param>
    /// <exception cref="ArgumentException">Another shape, or not floating point.</exception>
    public static RgbImage FromUnitRange(Tensor chw)
    {
        ArgumentNullException.ThrowIfNull(chw);
        if (chw.dim() != 3 || chw.size(0) != 3 || chw.numel() == 0 || !chw.is_floating_point())
            throw new ArgumentException($"Pixels come as a floating-point tensor [3, H, W], not {chw.dtype} [{string.Join(", ", chw.shape)}].", nameof(chw));
        using var scope = NewDisposeScope();
        var unit = chw.detach().to_type(float32).mul(0.5).add(0.5);
        var bytes = unit.mul(255).add(0.5).clamp(0, 255).to_type(uint8).permute(1, 2, 0).contiguous().cpu();   // [H, W, 3]
        return new RgbImage((int)chw.size(2), (int)chw.size(1), bytes.bytes.ToArray());
    }
}
