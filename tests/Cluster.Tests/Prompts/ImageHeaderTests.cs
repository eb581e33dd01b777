using ClipGen.Cluster.Prompts;
using ClipGen.Models.Imaging;

namespace ClipGen.Cluster.Tests.Prompts;

public sealed class ImageHeaderTests
{
    public static TheoryData<ImageFormat> Formats => [.. Enum.GetValues<ImageFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Reads_what_a_decoder_reads(ImageFormat format)
    {
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3, 2), (64, 64), (255, 257), (1000, 300)])
        {
            byte[] file = PromptFiles.Picture(width, height, format);
            Assert.Equal(format, PromptImage.Of(file)!.Format);
            Assert.Equal((width, height), ImageHeader.ReadSize(file, format));
        }
    }

    [Fact]
    public void Reads_the_other_kinds_of_WebP()
    {
        // RFC 9649: a lossless frame of 401 × 402 pixels, and a canvas of 403 × 404.
        byte[] lossless = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8L"u8, 0, 0, 0, 0, 0x2f, .. BitConverter.GetBytes(400 | (401 << 14)), .. new byte[10]];
        byte[] extended = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 402 & 0xff, 402 >> 8, 0, 403 & 0xff, 403 >> 8, 0];

        Assert.Equal((401, 402), ImageHeader.ReadSize(lossless, ImageFormat.Webp));
        Assert.Equal((403, 404), ImageHeader.ReadSize(extended, ImageFormat.Webp));
    }

    [Fact]
    public void Reads_over_what_goes_before_a_JPEGs_frame()
    {
        byte[] file = PromptFiles.Picture(64, 48, ImageFormat.Jpeg);
        byte[] longer = [.. file[..2], 0xff, 0xe1, 0x40, 0x00, .. new byte[0x3ffe], 0xff, 0xff, .. file[2..]];   // 16 KiB of EXIF, a fill byte
        Assert.Equal((64, 48), ImageHeader.ReadSize(longer, ImageFormat.Jpeg));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Whatever_is_cut_off_or_changed_is_an_answer_and_no_exception(ImageFormat format)
    {
        byte[] file = PromptFiles.Picture(40, 30, format);
        for (int length = 0; length <= Math.Min(file.Length, 700); length++) Look(file[..length]);
        var random = new Random(7);
        for (int round = 0; round < 5000; round++)
        {
            byte[] changed = [.. file];
            for (int i = random.Next(1, 6); i > 0; i--) changed[random.Next(Math.Min(changed.Length, 700))] = (byte)random.Next(256);
            Look(changed[..random.Next(changed.Length + 1)]);
        }

        void Look(byte[] bytes)
        {
            string? problem = PromptImageCheck.Problem(bytes, new());
            if (problem is not null) Assert.EndsWith(".", problem);
            if (ImageHeader.ReadSize(bytes, format) is { } size) Assert.True(size is { Width: > 0, Height: > 0 });
        }
    }

    [Fact]
    public void Says_what_would_be_right()
    {
        var options = new PromptImageOptions { MaxBytes = 4096, MaxSide = 100 };
        Assert.Equal("is empty; send a PNG, JPEG or WebP file.", PromptImageCheck.Problem([], options));
        Assert.Equal("is no PNG, JPEG or WebP image: it begins with other bytes than theirs.", PromptImageCheck.Problem("GIF89a"u8, options));
        Assert.Equal("has 5000 bytes; at most 4096 are taken.", PromptImageCheck.Problem(new byte[5000], options));
        Assert.Equal("has 101×5 pixels; at most 100×100 are taken.", PromptImageCheck.Problem(PromptFiles.Picture(101, 5), options));
        Assert.Equal("has a PNG header that is damaged or cut short; send a whole file.", PromptImageCheck.Problem(PromptFiles.Picture(10, 10).AsSpan(0, 20), options));
        Assert.Null(PromptImageCheck.Problem(PromptFiles.Picture(100, 100, ImageFormat.Jpeg), options));
    }
}
