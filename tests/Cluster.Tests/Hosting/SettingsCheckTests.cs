using ClipGen.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Hosting;

public sealed class SettingsCheckTests
{
    [Fact]
    public async Task Nothing_starts_with_a_stand_in_even_if_nobody_asked_for_the_list()
    {
        await using var app = ClipGenHost.CreateBuilder([new("ClipGen:Http:Listen", "nowhere")], _ => { }).Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(Sut.Token));

        Assert.StartsWith("ClipGen:Http:Listen is 'nowhere'", Assert.Single(error.Failures));
    }

    [Fact]
    public void Without_a_list_a_wrong_section_is_an_error_at_once() => Assert.Throws<OptionsValidationException>(() =>
        SettingsCheck.Read<HttpOptions>(new ServiceCollection(), () => throw new OptionsValidationException("", typeof(HttpOptions), ["wrong"]), () => new()));
}
