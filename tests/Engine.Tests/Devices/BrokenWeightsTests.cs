using ClipGen.Engine.Devices;
using ClipGen.Models.Imaging;

namespace ClipGen.Engine.Tests.Devices;

/// <summary>NaN in a network is one caller's error; it does not stay in a slot, spread to neighbours or stop the engine.</summary>
public sealed class BrokenWeightsTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sampler_without_numbers_is_an_error_and_the_engine_goes_on()
    {
        var bundle = model.Write("nan-gpt", gpt: gpt => gpt.head.bias!.fill_(float.NaN));
        await using var engine = await TinyModel.StartAsync(bundle);

        var thrown = await Assert.ThrowsAsync<ArithmeticException>(() => engine.SampleAsync(model.Job(0), null, Stop));

        Assert.Contains("not a number", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(16, (await engine.EncodeAsync("a red circle", false, Stop)).Vector.Length);
        await Assert.ThrowsAsync<ArithmeticException>(() => engine.SampleAsync(model.Job(1), null, Stop));
    }

    [Fact]
    public async Task An_encoder_without_numbers_is_an_error()
    {
        var bundle = model.Write("nan-clip", clip: clip => clip.ln_final.bias!.fill_(float.NaN));
        await using var engine = await TinyModel.StartAsync(bundle);

        await Assert.ThrowsAsync<ArithmeticException>(() => engine.EncodeAsync("a red circle", false, Stop));

        Assert.Equal(TinyModel.Codes, (await engine.SampleAsync(model.Job(0), null, Stop)).Codes.Length);
    }

    [Fact]
    public async Task A_decoder_without_numbers_is_an_error()
    {
        var bundle = model.Write("nan-vqgan", vqgan: vqgan => vqgan.decoder.conv_in.bias!.fill_(float.NaN));
        await using var engine = await TinyModel.StartAsync(bundle);
        var job = new DecodeJob(model.Job(0).Embedding, [(0, new int[TinyModel.Codes])], 1, ImageFileFormat.Png, null, false);

        await Assert.ThrowsAsync<ArithmeticException>(() => engine.DecodeAndRankAsync(job, Stop));

        Assert.Equal(TinyModel.Codes, (await engine.SampleAsync(model.Job(0), null, Stop)).Codes.Length);
    }

    /// <summary>
    /// Whoever draws the broken code fails, and leaves NaN in its slot. All others, beside it and after it, get what they get where
    /// nothing is broken.
    /// </summary>
    [Fact]
    public async Task Neither_neighbours_nor_the_slots_next_sequence_see_a_broken_one()
    {
        var jobs = Enumerable.Range(0, 40).Select(i => model.Job(i)).ToArray();
        await using var engine = await TinyModel.StartAsync(model.BrokenCode);

        var running = jobs.Select(job => engine.SampleAsync(job, null, Stop)).ToArray();

        int failures = 0, lastFailure = 0, lastSuccess = 0;
        foreach (var (index, (job, task)) in jobs.Zip(running).Index())
        {
            int[] sound = await model.AloneAsync(job);
            if (sound.AsSpan(0, TinyModel.Codes - 1).Contains(TinyModel.Broken))
            {
                await Assert.ThrowsAsync<ArithmeticException>(() => task);
                failures++;
                lastFailure = index;
            }
            else
            {
                Assert.Equal(sound, (await task).Codes);
                lastSuccess = index;
            }
        }
        // Enough of both, so that many a slot has had a broken sequence before a sound one.
        Assert.InRange(failures, 8, 32);
        Assert.True(lastSuccess > 20 && lastFailure > 8);
    }

    /// <summary>Finite numbers that the network's arithmetic cannot hold.</summary>
    [Fact]
    public async Task An_embedding_that_overflows_fails_alone()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        float[] huge = [.. Enumerable.Repeat(3e38f, 16)];

        var broken = engine.SampleAsync(model.Job(0) with { Embedding = huge }, null, Stop);
        var sound = Enumerable.Range(1, 9).Select(i => engine.SampleAsync(model.Job(i), null, Stop)).ToArray();

        await Assert.ThrowsAsync<ArithmeticException>(() => broken);
        foreach (var (index, task) in sound.Index()) Assert.Equal(await model.AloneAsync(model.Job(index + 1)), (await task).Codes);
    }

    [Fact]
    public async Task A_callback_that_throws_fails_alone()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);

        var broken = engine.SampleAsync(model.Job(0), drawn => { if (drawn == 4) throw new InvalidOperationException("mine"); }, Stop);
        var sound = Enumerable.Range(1, 9).Select(i => engine.SampleAsync(model.Job(i), null, Stop)).ToArray();

        Assert.Equal("mine", (await Assert.ThrowsAsync<InvalidOperationException>(() => broken)).Message);
        foreach (var (index, task) in sound.Index()) Assert.Equal(await model.AloneAsync(model.Job(index + 1)), (await task).Codes);
    }
}
