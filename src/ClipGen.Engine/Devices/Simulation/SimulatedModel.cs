using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Engine.Sampling;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Devices.Simulation;

/// <summary>
/// What a simulated device computes instead of networks: hashes. Every result is a pure function of the model's digest and the
/// arguments, so that requests can be replayed and compared as on a real device.
/// </summary>
internal sealed class SimulatedModel
{
    private readonly ulong palette;

    public SimulatedModel(SimulatedDeviceOptions options)
    {
        string digest = Convert.ToHexStringLower(Hash(writer =>
        {
            writer.Write("clipgen simulated model 1");
            writer.Write(options.Model);
            foreach (int size in (ReadOnlySpan<int>)[options.DefaultCandidates, options.CodebookSize, options.CodesPerImage, options.ImageSize, options.EmbeddingSize])
                writer.Write(size);
        }));
        Description = new(options.Model, digest, options.DefaultCandidates, options.CodebookSize, options.CodesPerImage, options.ImageSize, options.EmbeddingSize);
        palette = Key("palette", _ => { });
    }

    public EngineModel Description { get; }

    /// <returns>A vector of length 1.</returns>
    public float[] Embed(string prompt) => Embed("embedding", Encoding.UTF8.GetBytes(prompt));

    /// <param name="image">The file; its pixels are not looked at.</param>
    /// <returns>A vector of length 1.</returns>
    public float[] Embed(byte[] image) => Embed("image embedding", image);

    private float[] Embed(string purpose, byte[] content)
    {
        ulong key = Key(purpose, writer => writer.Write(content));
        var values = new double[Description.EmbeddingSize];
        double squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = 2 * CounterRandom.Uniform(key, 0, i) - 1;
            squares += values[i] * values[i];
        }
        double norm = Math.Sqrt(squares);
        return Array.ConvertAll(values, value => (float)(value / norm));
    }

    public int[] Draw(SampleJob job)
    {
        ulong key = Key("codes", writer =>
        {
            Write(writer, job.Embedding);
            writer.Write(job.Seed);
            writer.Write(job.Sampling.TopK);
            writer.Write(job.Sampling.TopP);
            writer.Write(job.Sampling.Temperature);
        });
        var codes = new int[Description.CodesPerImage];
        (uint A, uint B, uint C, uint D) words = default;
        for (int position = 0; position < codes.Length; position++)
        {
            // A block is four words, one a code.
            if (position % 4 == 0) words = CounterRandom.Block((uint)key, (uint)(key >> 32), (uint)position, (uint)job.Candidate, 0, 0);
            codes[position] = (int)((words.A * (ulong)Description.CodebookSize) >> 32);
            words = (words.B, words.C, words.D, 0);
        }
        job.Drawn?.CopyTo(codes, 0);   // as on a real device, which does not look whether it would have drawn them
        return codes;
    }

    /// <returns>0 to 0.5, where CLIP's scores of fitting images lie.</returns>
    public double Score(float[] embedding, int[] codes)
    {
        ulong key = Key("score", writer =>
        {
            Write(writer, embedding);
            Write(writer, codes);
        });
        return CounterRandom.Uniform(key, 0, 0) / 2;
    }

    /// <summary>A mosaic: each code is a colour, the codes in raster order on the smallest square that holds them.</summary>
    public RgbImage Paint(int[] codes)
    {
        int size = Description.ImageSize, side = (int)Math.Ceiling(Math.Sqrt(codes.Length));
        var colours = Array.ConvertAll(codes, code => CounterRandom.Block((uint)palette, (uint)(palette >> 32), (uint)code, 0, 0, 0));
        var pixels = new byte[size * size * 3];
        for (int y = 0, to = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++, to += 3)
            {
                int cell = y * side / size * side + x * side / size;
                var (red, green, blue, _) = colours[cell % colours.Length];
                (pixels[to], pixels[to + 1], pixels[to + 2]) = ((byte)red, (byte)green, (byte)blue);
            }
        }
        return new(size, size, pixels);
    }

    private ulong Key(string purpose, Action<BinaryWriter> write) => BinaryPrimitives.ReadUInt64LittleEndian(Hash(writer =>
    {
        writer.Write(Description.Digest);
        writer.Write(purpose);
        write(writer);
    }));

    private static void Write<T>(BinaryWriter writer, T[] values) where T : struct => writer.Write(MemoryMarshal.AsBytes<T>(values));

    private static byte[] Hash(Action<BinaryWriter> write)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        write(writer);
        writer.Flush();
        return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
