using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClipGen.Cluster.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/startup</c>: it has loaded what it needs. <c>/health/ready</c>: it can do its work.</summary>
public static class HealthEndpoints
{
    public static IEndpointRouteBuilder MapClipGenHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("""{"status":"live"}""", "application/json"));
        app.MapGet("/health/startup", (IEnumerable<IReadiness> parts, CancellationToken token) => AnswerAsync(parts, "started", (p, t) => p.StartingAsync(t), token));
        app.MapGet("/health/ready", (IEnumerable<IReadiness> parts, CancellationToken token) => AnswerAsync(parts, "ready", (p, t) => p.ProblemsAsync(t), token));
        return app;
    }

    private static async Task<IResult> AnswerAsync(IEnumerable<IReadiness> parts, string well, Func<IReadiness, CancellationToken, Task<IReadOnlyList<string>>> ask, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var part in parts) problems.AddRange(await ask(part, cancellationToken));
        return problems.Count == 0
            ? Results.Text($$"""{"status":"{{well}}"}""", "application/json")
            : Results.Text(System.Text.Json.JsonSerializer.Serialize(new { status = $"not {well}", reasons = problems.Distinct() }), "application/json", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
