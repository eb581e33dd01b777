using ClipGen.Engine.Devices.Simulation;

namespace ClipGen.Page.Tests;

public sealed class ClusterTests(Chromium chromium)
{
    [Fact]
    public async Task Shows_silos_devices_slots_and_queues_as_they_are()
    {
        await using var sut = await Sut.CreateSut(chromium, new SimulatedDevice(0, new() { Slots = 2, StepTime = 1 }), new SimulatedDevice(1, new() { Slots = 2, StepTime = 1 }));
        await sut.Submit(new { prompt = "a red circle", candidates = 7 });
        await sut.Click("Cluster");

        await Expect(Figure(sut, "Devices")).ToHaveTextAsync("2");
        await Expect(Figure(sut, "Slots in use")).ToHaveTextAsync("4 of 4");
        await Expect(Figure(sut, "Waiting")).ToHaveTextAsync("3");
        var silo = sut.Page.Locator("#silos > li");
        await Expect(silo).ToContainTextAsync("active");
        await Expect(silo.GetByRole(AriaRole.Listitem)).ToHaveTextAsync(["sim:0 · sim2 of 2 slots", "sim:1 · sim2 of 2 slots"]);
        await Expect(silo.GetByRole(AriaRole.Meter).First).ToHaveAttributeAsync("value", "2");
        await Expect(sut.Page.Locator("#models > li")).ToContainTextAsync("sim");
        Assert.EndsWith("#cluster", sut.Page.Url);
        Assert.Empty(sut.Errors);
    }

    [Fact]
    public async Task Draws_what_the_server_measures()
    {
        await using var sut = await Sut.CreateSut(chromium);
        int polls = 0;
        await sut.Page.RouteAsync("**/v1/cluster", route => route.FulfillAsync(new()
        {
            Json = new
            {
                silos = new[] { new { name = "gpu-0", status = "active", devices = 1 }, new { name = "gpu-1", status = "dead", devices = 0 } },
                devices = new[]
                {
                    new { key = "gpu-0/cuda:0", silo = "gpu-0", kind = "cuda", model = "shapes", slots = 64, free = 10, draining = false, trouble = (string?)null },
                    new { key = "gpu-0/cuda:0", silo = "gpu-0", kind = "cuda", model = "birds", slots = 64, free = 10, draining = true, trouble = (string?)"It drew other codes than it should." },
                },
                queues = new[]
                {
                    new { model = "shapes", waiting = 12, unfinished = 3, images_per_second = (double?)(3.5 + polls++ % 3), latency_p50 = (double?)(1.2 + polls % 2), latency_p95 = (double?)2.5, eta_error_median = (double?)0.07 },
                    new { model = "birds", waiting = 0, unfinished = 0, images_per_second = (double?)null, latency_p50 = (double?)null, latency_p95 = (double?)null, eta_error_median = (double?)null },
                },
            },
        }));
        await sut.Click("Cluster");

        var shapes = sut.Page.Locator("#models > li").First;
        await Expect(shapes.GetByRole(AriaRole.Img, new() { Name = "Images a second in the last two minutes" }).Locator("polyline")).ToHaveCountAsync(1);
        await Expect(shapes.GetByRole(AriaRole.Img, new() { Name = "Median latency in the last two minutes" }).Locator("polyline")).ToHaveCountAsync(1);
        await Expect(shapes).ToContainTextAsync("2.5 s");
        await Expect(Figure(sut, "Devices")).ToHaveTextAsync("1");
        await Expect(sut.Page.Locator("#models > li").Nth(1).GetByRole(AriaRole.Img)).ToHaveCountAsync(0);
        await Expect(sut.Page.Locator("#silos")).ToContainTextAsync("It drew other codes than it should.");
        await sut.Screenshot("cluster-measured");
        Assert.Empty(sut.Errors);
    }

    [Fact]
    public async Task Says_when_the_server_is_gone_and_goes_on_when_it_is_back()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Page.RouteAsync("**/v1/cluster", route => route.AbortAsync());
        await sut.Click("Cluster");
        var problem = sut.Page.Locator("#cluster-problem");
        await Expect(problem).ToHaveTextAsync("The server cannot be reached.");
        await Expect(sut.Page.Locator("#cluster")).ToHaveClassAsync("stale");
        await Expect(sut.Page.GetByText("Models")).ToBeHiddenAsync();

        await sut.Page.UnrouteAllAsync();

        await Expect(problem).ToBeHiddenAsync();
        await Expect(sut.Page.Locator("#cluster")).Not.ToHaveClassAsync("stale");
        await Expect(Figure(sut, "Devices")).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task Says_when_there_is_no_device()
    {
        await using var sut = await Sut.CreateSut(chromium);
        await sut.Page.RouteAsync("**/v1/cluster", route => route.FulfillAsync(new()
        {
            Json = new { silos = new[] { new { name = "gateway-0", status = "active", devices = 0 } }, devices = Array.Empty<object>(), queues = Array.Empty<object>() },
        }));
        await sut.Click("Cluster");

        var none = sut.Page.GetByText("No device is ready yet.");
        await Expect(none).ToBeVisibleAsync();
        await Expect(Figure(sut, "Slots in use")).ToHaveTextAsync("0 of 0");
        await Expect(sut.Page.Locator("#silos > li")).ToContainTextAsync("gateway-0");

        await sut.Page.UnrouteAllAsync();

        await Expect(none).ToBeHiddenAsync();
    }

    private static ILocator Figure(Sut sut, string name) => sut.Page.Locator("#cluster > dl > div").Filter(new() { HasText = name }).Locator("dd");
}
