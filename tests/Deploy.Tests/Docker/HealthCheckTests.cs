using ClipGen.Cluster.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClipGen.Deploy.Tests.Docker;

/// <summary>The executable's own health check, which an image without a shell goes by.</summary>
public sealed class HealthCheckTests
{
    [Theory]
    [InlineData("ready", 200, 0)]
    [InlineData("ready", 503, 1)]
    [InlineData("live", 200, 0)]
    [InlineData("startup", 503, 1)]
    public async Task It_says_what_the_process_says(string question, int status, int exitCode)
    {
        await using var process = await StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Path == $"/health/{question}" ? status : 404;
            await context.Response.WriteAsync($"{question} {status}");
        });
        using StringWriter output = new(), errors = new();

        int code = await HealthCheck.RunAsync([HealthCheck.Verb, question, "--ClipGen:Http:Listen", $"0.0.0.0:{new Uri(process.Urls.First()).Port}"], output, errors);

        Assert.Equal((exitCode, $"{question} {status}"), (code, output.ToString().Trim()));
    }

    [Fact]
    public async Task It_asks_whether_the_process_is_ready_unless_told_otherwise()
    {
        await using var process = await StartAsync(context => context.Response.WriteAsync(context.Request.Path));
        using StringWriter output = new(), errors = new();

        Assert.Equal(0, await HealthCheck.RunAsync([HealthCheck.Verb, $"--ClipGen:Http:Listen=127.0.0.1:{new Uri(process.Urls.First()).Port}"], output, errors));
        Assert.Equal("/health/ready", output.ToString().Trim());
    }

    [Theory]
    [InlineData(1, "Nobody answers", "live", "--ClipGen:Http:Listen=127.0.0.1:1")]
    [InlineData(2, "'well' cannot be asked", "well")]
    [InlineData(2, "use an address and a port", "live", "--ClipGen:Http:Listen=somewhere")]
    public async Task It_says_why_it_cannot(int exitCode, string message, params string[] arguments)
    {
        using StringWriter output = new(), errors = new();

        int code = await HealthCheck.RunAsync([HealthCheck.Verb, .. arguments], output, errors);

        Assert.Equal(exitCode, code);
        Assert.Contains(message, errors.ToString());
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
