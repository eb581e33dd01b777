using System.Security.Cryptography;
using ClipGen.Engine.Devices;
using ClipGen.Engine.Devices.Simulation;
using static TorchSharp.torch;

namespace ClipGen.Engine.Tests.Devices;

public sealed class KnownAnswerTests(TinyModel model)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Engines_of_one_bundle_give_the_same_answer_also_while_they_work()
    {
        await using var idle = await TinyModel.StartAsync(model.Sound);
        await using var busy = await TinyModel.StartAsync(model.Sound, slots: 16);
        string answer = await KnownAnswer.CheckAsync(idle, null, Stop);
        var others = Enumerable.Range(0, 12).Select(i => busy.SampleAsync(model.Job(i), null, Stop)).ToArray();

        Assert.Equal(answer, await KnownAnswer.CheckAsync(busy, answer, Stop));
        Assert.Equal(answer, await KnownAnswer.CheckAsync(busy, answer.ToUpperInvariant(), Stop));
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task The_answer_is_the_hash_of_one_candidates_codes()
    {
        await using var engine = await TinyModel.StartAsync(model.Sound);
        var prompt = await engine.EncodeAsync("a red circle", false, Stop);
        var sampled = await engine.SampleAsync(new(prompt.Vector, 20_220_301, 0, new(16, 0.95, 1)), null, Stop);

        string expected = Convert.ToHexStringLower(SHA256.HashData([.. sampled.Codes.SelectMany(code => new byte[] { (byte)code, 0, 0, 0 })]));

        Assert.Equal(expected, await KnownAnswer.ComputeAsync(engine, Stop));
    }

    [Fact]
    public async Task Another_answer_names_the_device_the_model_and_both_answers()
    {
        await using var sound = await TinyModel.StartAsync(model.Sound);
        await using var wrong = await TinyModel.StartAsync(model.Write("known-answer-wrong", gpt: gpt => gpt.head.weight!.mul_(-1)));
        string expected = await KnownAnswer.ComputeAsync(sound, Stop), actual = await KnownAnswer.ComputeAsync(wrong, Stop);

        var thrown = await Assert.ThrowsAsync<KnownAnswerException>(() => KnownAnswer.CheckAsync(wrong, expected, Stop));

        Assert.NotEqual(expected, actual);
        Assert.Equal((expected, actual, wrong.Device), (thrown.Expected, thrown.Actual, thrown.Device));
        foreach (string part in (string[])["cpu:0", "known-answer-wrong", wrong.Model.Digest, expected, actual]) Assert.Contains(part, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_cannot_decode_has_no_answer()
    {
        await using var broken = await TinyModel.StartAsync(model.Write("known-answer-decoder", vqgan: vqgan => vqgan.quantizer.embedding.weight!.fill_(float.NaN)));

        await Assert.ThrowsAsync<ArithmeticException>(() => KnownAnswer.CheckAsync(broken, null, Stop));
    }

    /// <summary>The answer is written out: simulated devices of different processes and machines must agree.</summary>
    [Fact]
    public async Task A_simulated_device_has_its_answer_too()
    {
        var time = new ManualTime();
        await using var device = new SimulatedDevice(0, new(), time);

        await time.AdvanceUntilAsync(KnownAnswer.CheckAsync(device, "acf731e6a3441c18c279cb105bcc35a9e4dc29f2aa08898ba8e95d9d07cb3624", Stop));

        Assert.Equal(TimeSpan.FromMilliseconds(2 + 256 * 20 + 4), time.Now);
    }
}
