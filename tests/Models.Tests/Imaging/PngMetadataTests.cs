using ClipGen.Models.Imaging;

namespace ClipGen.Models.Tests.Imaging;

public sealed class PngMetadataTests
{
    private static readonly RgbImage Image = TestImages.Noise(5, 4);

    [Fact]
    public void Texts_come_back_in_their_order_and_script()
    {
        KeyValuePair<string, string>[] metadata =
        [
            new("prompt", "маяк на рассвете, 日の出の灯台, 🗼\nзвёзды"),
            new("seed", "18446744073709551615"),
            new("prompt", "the same keyword again"),
            new("Créateur", ""),
        ];

        Assert.Equal(metadata, PngMetadata.Read(ImageWriter.Encode(Image, ImageFileFormat.Png, metadata)));
    }

    [Fact]
    public void A_chunk_is_what_the_specification_says()
    {
        var plain = ImageWriter.Encode(Image, ImageFileFormat.Png);

        var expected = TestImages.WithChunk(plain, "iTXt", [.. "seed"u8, 0, 0, 0, 0, 0, .. "é"u8]);

        Assert.Equal(expected, ImageWriter.Encode(Image, ImageFileFormat.Png, [new("seed", "é")]));
    }

    [Fact]
    public void No_metadata_leaves_no_chunk()
    {
        var plain = ImageWriter.Encode(Image, ImageFileFormat.Png);

        Assert.Empty(PngMetadata.Read(plain));
        Assert.Equal(plain, ImageWriter.Encode(Image, ImageFileFormat.Png, []));
    }

    [Fact]
    public void Characters_that_a_text_cannot_hold_are_replaced()
    {
        var png = ImageWriter.Encode(Image, ImageFileFormat.Png, [new("prompt", "a\0b\ud800c")]);

        Assert.Equal("a\ufffdb\ufffdc", Assert.Single(PngMetadata.Read(png)).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" seed")]
    [InlineData("seed ")]
    [InlineData("a  b")]
    [InlineData("затравка")]
    [InlineData("a\0b")]
    [InlineData("a\u00a0b")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public void Refuses_a_keyword_that_PNG_does_not_allow(string keyword) =>
        Assert.Throws<ArgumentException>(() => ImageWriter.Encode(Image, ImageFileFormat.Png, [new(keyword, "text")]));

    [Fact]
    public void Passes_over_other_text_chunks_and_finds_those_after_the_pixels()
    {
        var png = ImageWriter.Encode(Image, ImageFileFormat.Png, [new("a", "1")]);
        png = TestImages.WithChunk(png, "tEXt", [.. "b"u8, 0, .. "2"u8]);
        png = TestImages.WithChunk(png, "iTXt", [.. "c"u8, 0, 1, 0, 0, 0, 0x78, 0x9c]);
        png = [.. png[..^12], .. TestImages.Chunk("iTXt", [.. "d"u8, 0, 0, 0, .. "ru"u8, 0, .. "д"u8, 0, .. "4"u8]), .. png[^12..]];

        Assert.Equal([new("a", "1"), new("d", "4")], PngMetadata.Read(png));
    }

    [Fact]
    public void Refuses_a_damaged_cut_or_foreign_file()
    {
        var png = ImageWriter.Encode(Image, ImageFileFormat.Png, [new("prompt", "a lighthouse")]);
        for (var length = 0; length < png.Length; length++) Assert.Throws<InvalidDataException>(() => PngMetadata.Read(png.AsSpan(0, length)));
        for (var at = 0; at < png.Length; at++)
        {
            var damaged = (byte[])png.Clone();
            damaged[at] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => PngMetadata.Read(damaged));
        }
        Assert.Throws<InvalidDataException>(() => PngMetadata.Read(ImageWriter.Encode(Image, ImageFileFormat.Jpeg)));
    }

    [Fact]
    public void Refuses_a_text_chunk_that_lacks_fields()
    {
        var plain = ImageWriter.Encode(Image, ImageFileFormat.Png);
        foreach (var data in (byte[][])[[], [.. "seed"u8], [.. "seed"u8, 0, 0], [.. "seed"u8, 0, 0, 0, 0], [.. "seed"u8, 0, 0, 0, 1, 2]])
            Assert.Throws<InvalidDataException>(() => PngMetadata.Read(TestImages.WithChunk(plain, "iTXt", data)));
    }
}
