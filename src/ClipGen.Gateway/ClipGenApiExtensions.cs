using ClipGen.Client.Wire;
using ClipGen.Cluster.Hosting;
using ClipGen.Gateway.Auth;
using ClipGen.Gateway.Endpoints;
using ClipGen.Gateway.Errors;
using ClipGen.Gateway.Generations;
using ClipGen.Gateway.Page;
using ClipGen.Gateway.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Gateway;

public static class ClipGenApiExtensions
{
    /// <summary>What the HTTP API needs, beside a silo that is a gateway. Calling twice is harmless.</summary>
    /// <exception cref="OptionsValidationException">The keys are wrong, or missing where other machines can reach the server; with a builder of <see cref="ClipGenHost"/> it is said when the application is built.</exception>
    public static WebApplicationBuilder AddClipGenApi(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(s => s.ServiceType == typeof(ApiKeys))) return builder;
        var auth = SettingsCheck.Read(services, () => AuthOptions.From(builder.Configuration), () => new());
        services.AddSingleton(new ApiKeys(auth));
        services.AddSingleton(provider => new SignedUrls(auth, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<BodyBudget>();
        services.AddSettings<ApiOptions>(ApiOptions.SectionName);
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>();
        services.AddSingleton<IValidateOptions<ApiOptions>, ApiBodiesValidator>();
        services.AddSingleton<AnswersInFlight>();
        services.AddHostedService(provider => provider.GetRequiredService<AnswersInFlight>());
        services.AddSingleton<GenerationDoor>();
        services.AddSingleton<GenerationWatch>();
        services.AddSingleton<StoredImages>();
        services.AddSingleton<Resources>();
        services.AddSingleton<ImageEndpoints>();
        services.AddSingleton<GenerationEndpoints>();
        services.AddSingleton<ReplayEndpoint>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = WireJson.Default.Options.PropertyNamingPolicy;   // for the API's description
        });
        services.AddOpenApi("v1", openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "ClipGen.Cluster", Version = "v1", Description = "Text-to-image generation: OpenAI's images API, and generations as a resource of their own." };
            return Task.CompletedTask;
        }));
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var api = context.Configuration.GetSection(ApiOptions.SectionName).Get<ApiOptions>() ?? new();
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = api.MaxBodyBytes;
        });
        return builder;
    }

    /// <summary>Maps the HTTP API under <c>/v1</c>, its description at <c>/openapi/v1.json</c>, and the playground at <c>/</c>.</summary>
    public static WebApplication MapClipGenApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var keys = app.Services.GetRequiredService<ApiKeys>();
        var inFlight = app.Services.GetRequiredService<AnswersInFlight>();
        var urls = app.Services.GetRequiredService<SignedUrls>();
        app.Use(inFlight.InvokeAsync);
        app.UseMiddleware<ErrorAnswers>();
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/v1"), v1 => v1.Use((context, next) => ApiKeyCheck.InvokeAsync(context, keys, urls, next)));
        DashboardEndpoints.Map(app, keys);
        ImageEndpoints.Map(app);
        GenerationEndpoints.Map(app);
        ListEndpoint.Map(app);
        ReplayEndpoint.Map(app);
        ModelEndpoints.Map(app);
        ClusterEndpoints.Map(app);
        app.MapOpenApi();
        PageEndpoints.Map(app);
        return app;
    }
}
