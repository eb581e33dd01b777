using System.Security.Cryptography;
using ClipGen.Cli.Terminal;
using ClipGen.Models.Imaging;
using ClipGen.Silo.Origins;

namespace ClipGen.Cli.Inspecting;

/// <summary>A picture file and what it tells of its origin; anybody may have made it.</summary>
internal sealed record Picture(string Path, byte[] File, RgbImage Pixels, ImageOrigin Origin)
{
    /// <summary>Largest file and most pixels that are read: far more than any picture of ours has.</summary>
    private const long LargestFile = 64 << 20, MostPixels = 4096 * 4096;

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(File));

    /// <exception cref="CommandException">It is no picture of ours, or does not tell so.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message says how.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Picture Open(string path)
    {
        if (Directory.Exists(path)) throw new CommandException($"{path} is a folder; name a PNG file.");
        byte[] file = Read(path);
        try
        {
            var pixels = ImageReader.Decode(file, MostPixels);
            if (!IsPng(file))
                throw new CommandException($"{path} is no PNG, and other pictures do not tell their origin: the manifest beside it does, the .json file whose name begins as the picture's.");
            var origin = ImageOrigin.Read(file)
                ?? throw new CommandException($"{path} does not tell its origin: clipgen has not drawn it, or was told not to write that into it (--no-metadata), or a program that saved it again has left it out.");
            return new(path, file, pixels, origin);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static byte[] Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!stream.CanSeek || stream.Length > LargestFile) throw new CommandException($"{path} is no file of at most {LargestFile >> 20} MB, as every picture of ours is.");
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return file;
    }

    private static bool IsPng(ReadOnlySpan<byte> file) => file[1..].StartsWith("PNG"u8);
}
