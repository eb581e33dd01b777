using ClipGen.Cluster.Hosting;
using ClipGen.Gateway.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace ClipGen.Gateway.Endpoints;

/// <summary>Orleans' dashboard, where it is switched on: it has no door of its own, so it gets the API's.</summary>
internal static class DashboardEndpoints
{
    private const string Prefix = "/dashboard";

    public static void Map(WebApplication app, ApiKeys keys)
    {
        if (!app.Services.GetRequiredService<IOptions<OrleansDashboardOptions>>().Value.Enabled) return;
        app.UseWhen(context => context.Request.Path.StartsWithSegments(Prefix), dashboard => dashboard.Use((context, next) =>
        {
            DashboardKeyCheck.Check(context, keys);
            // A grain's state is a tenant's prompts, and whoever has any key would read everybody's.
            if (!context.Request.Path.StartsWithSegments($"{Prefix}/GrainState")) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }));
        app.MapOrleansDashboard(routePrefix: Prefix).ExcludeFromDescription();
    }
}
