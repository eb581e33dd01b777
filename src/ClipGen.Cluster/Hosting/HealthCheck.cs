using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Hosting;

/// <summary>
/// Asks the process that runs with the same settings how it is: <c>clipgen-gateway health</c> in a container whose image has no other
/// program that could.
/// </summary>
public static class HealthCheck
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Verb = "health";

    private static readonly string[] Questions = ["live", "startup", "ready"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks <c>/health/ready</c>, or <c>/health/live</c> or <c>/health/startup</c> where that is the second argument.</summary>
    /// <param name="args">The command line, of which the first argument is <see cref="Verb"/>; settings may follow.</param>
    /// <param name="output">Where the answer is written to, a line.</param>
    /// <param name="errors">Where it is written to why there is none.</param>
    /// <returns>The exit code: 0 if all is well, 1 if it is not or nobody answers, 2 if the question or a setting is wrong.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        bool asked = args.Length > 1 && !args[1].StartsWith('-');
        string question = asked ? args[1] : "ready";
        if (!Questions.Contains(question, StringComparer.Ordinal))
        {
            await errors.WriteLineAsync($"'{question}' cannot be asked; use {string.Join(", ", Questions)}.");
            return 2;
        }
        try
        {
            var address = Address(args[(asked ? 2 : 1)..]);
            using var http = new HttpClient { BaseAddress = address, Timeout = Patience };
            using var answer = await http.GetAsync(new Uri($"health/{question}", UriKind.Relative));
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (OptionsValidationException exception)
        {
            await errors.WriteLineAsync(string.Join(' ', exception.Failures));
            return 2;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await errors.WriteLineAsync($"Nobody answers: {exception.Message}");
            return 1;
        }
    }

    // Where all addresses are listened at, loopback is one of them.
    private static Uri Address(string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Environment.CurrentDirectory)
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddInMemoryCollection(EnvironmentSettings.Read())
            .AddInMemoryCollection(CommandLineSettings.Read(settings))
            .Build();
        var listen = IPEndPoint.Parse(HttpOptions.From(configuration).Listen);
        if (listen.Address.Equals(IPAddress.Any)) listen.Address = IPAddress.Loopback;
        if (listen.Address.Equals(IPAddress.IPv6Any)) listen.Address = IPAddress.IPv6Loopback;
        return new($"http://{listen}");
    }
}
