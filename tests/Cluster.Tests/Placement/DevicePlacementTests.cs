using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Tests.Fakes;

namespace ClipGen.Cluster.Tests.Placement;

public sealed class DevicePlacementTests
{
    [Theory]
    [InlineData("local/cpu:9", "There is no device 'local/cpu:9'. The silo local has: local/cpu:0, local/cpu:1.")]
    [InlineData("elsewhere/cpu:0", "There is no device 'elsewhere/cpu:0': no silo of that name is in the cluster. There are: local.")]
    public async Task A_device_that_does_not_exist_is_named_with_those_that_do(string device, string expected)
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0), new FakeEngine(1));

        var encode = await Assert.ThrowsAsync<DeviceNotFoundException>(() => sut.Grains.GetGrain<IClipEncoderGrain>(device).EncodeAsync(new("fake", "a", false), Sut.Token));
        var sample = await Assert.ThrowsAsync<DeviceNotFoundException>(() =>
            sut.Grains.GetGrain<IGptSamplerGrain>(device).DispatchAsync(1, [new("g", new("fake", new byte[32], 1, new(1, 1, 1)), [0])]));

        Assert.Equal(expected, encode.Message);
        Assert.Equal(expected, sample.Message);
    }

    [Fact]
    public async Task A_model_that_the_device_does_not_have_is_named_with_those_it_has()
    {
        await using var sut = await Sut.CreateSut(new FakeEngine(0, "birds"), new FakeEngine(0, "shapes"), new FakeEngine(1, "cats"));
        var error = await Assert.ThrowsAsync<ModelNotFoundException>(() => sut.Grains.GetGrain<IClipEncoderGrain>("local/cpu:0").EncodeAsync(new("cats", "a", false), Sut.Token));
        Assert.Equal("Device cpu:0 does not have the model 'cats'. It has: birds, shapes.", error.Message);
    }

    [Fact]
    public async Task Candidates_run_only_on_devices_that_have_the_model()
    {
        FakeEngine birds = new(0, "birds"), shapes = new(1, "shapes");
        await using var sut = await Sut.CreateSut(birds, shapes);
        await sut.Draw(await sut.Request(model: "shapes", candidates: 6));
        Assert.Equal((0, 6), (birds.Sampled, shapes.Sampled));
    }

    [Theory]
    [InlineData("pod-0/cuda:1", "pod-0", "cuda:1")]
    [InlineData("a/b/cpu:0", "a/b", "cpu:0")]
    public void A_key_is_silo_and_device(string key, string silo, string device)
    {
        Assert.Equal(new DeviceKey(silo, device), DeviceKey.Parse(key));
        Assert.Equal(key, DeviceKey.Parse(key).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu:0")]
    [InlineData("/cpu:0")]
    [InlineData("silo/")]
    public void What_is_no_key_is_said_to_be_none(string key) => Assert.Throws<FormatException>(() => DeviceKey.Parse(key));
}
