using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ClipGen.Client.Wire;
using ClipGen.Cluster.Health;
using ClipGen.Gateway.Errors;
using ClipGen.Gateway.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static ClipGen.Client.Wire.WireNames;

namespace ClipGen.Gateway.Generations;

/// <summary>Makes an order a submission that cannot be invalid, and hands it to the gateway of its model.</summary>
internal sealed class GenerationDoor(IGrainFactory grains, GenerationWatch watch, IOptions<ApiOptions> options, IEnumerable<IReadiness> parts, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan WhileLoading = TimeSpan.FromSeconds(5);

    /// <exception cref="ApiException">Something is wrong with the order (all of it is named), there is no such model, or no device that draws.</exception>
    /// <exception cref="InvalidRequestException">An image among its prompt cannot be decoded.</exception>
    /// <exception cref="RefusedException">There is no room for it.</exception>
    /// <exception cref="IdempotencyMismatchException">The key was used for another request.</exception>
    public async Task<Submitted> SubmitAsync(Order order, string tenant, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var model = await ModelAsync(order, cancellationToken);
        var parameters = order.Parameters;
        bool chosen = parameters.Seed is not null;
        // A repetition must be the same request, and so must its seed.
        if (!chosen && idempotencyKey is not null) parameters = parameters with { Seed = SeedOf(tenant, idempotencyKey) };
        var request = Check(order, parameters, model);
        var accepted = await SubmitAsync(new()
        {
            Request = request,
            Tenant = tenant,
            Priority = order.Priority,
            IdempotencyKey = idempotencyKey,
            Shared = chosen && idempotencyKey is null,
            Deadline = order.Deadline,
            Previews = order.Previews,
            CancelUnwatched = order.CancelOnDisconnect,
        }, order.Images, cancellationToken);
        return new(accepted, request, model);
    }

    /// <summary>Hands a submission in. One that ends with its last watcher ends, too, if the caller turns away before it is accepted.</summary>
    /// <param name="images">Files of the images among its prompt.</param>
    /// <exception cref="InvalidRequestException">An image among its prompt cannot be decoded.</exception>
    /// <exception cref="RefusedException">There is no room for it.</exception>
    /// <exception cref="ModelNotFoundException">No device has its model, or this version of it.</exception>
    public async Task<Accepted> SubmitAsync(Submission submission, PromptImageFiles images, CancellationToken cancellationToken)
    {
        var accepting = images.SubmitAsync(grains, submission);
        try
        {
            return await accepting.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (submission.CancelUnwatched && cancellationToken.IsCancellationRequested)
        {
            LeaveAsync(accepting, submission).Ignore();
            throw;
        }
    }

    /// <summary>Nobody waits for what is about to be accepted. If it is refused, there is nothing to be left.</summary>
    private async Task LeaveAsync(Task<Accepted> accepting, Submission submission)
    {
        var accepted = await accepting;
        // Equal requests that share it each have a say; who has a key may come back with it, as one whose stream has broken may.
        if (submission.Shared) await grains.GetGrain<IGenerationGrain>(accepted.Id).CancelAsync();
        else await watch.LeaveAsync(accepted.Id);
    }

    private async Task<ModelDescription> ModelAsync(Order order, CancellationToken cancellationToken)
    {
        var devices = lifetime.ApplicationStopping.IsCancellationRequested ? null
            : await grains.GetGrain<IClusterDirectoryGrain>(0).DevicesAsync().WaitAsync(cancellationToken);
        var models = devices?.Select(d => d.Model.Name).Distinct().Order(StringComparer.Ordinal).ToList() ?? [];
        string? name = order.Model ?? options.Value.DefaultModel ?? (models.Count == 1 ? models[0] : null);
        var serving = devices?.Where(d => d.Model.Name == name).ToList() ?? [];
        if (serving.Count == 0)
        {
            // What is wrong with the request itself comes first: waiting would not mend it.
            if (order.Problems.Count > 0) throw ApiErrors.Invalid(order.Problems);
            if (devices is null) throw ApiErrors.Stopping();
            if (models.Count == 0) throw Unavailable(ErrorCodes.ModelLoading, $"No device is ready yet. {await ProgressAsync(cancellationToken)}".TrimEnd(), WhileLoading);
            if (name is null) throw ApiErrors.Invalid([new(ErrorCodes.MissingRequiredParameter, "model", $"is missing; there are: {string.Join(", ", models)}.")]);
            throw new ModelNotFoundException($"No device has the model '{Short(name)}'. There are: {string.Join(", ", models)}.");
        }
        if (serving.All(d => d.Draining)) throw Unavailable(ErrorCodes.Draining, $"Every device that has the model '{name}' is being stopped; try again.", WhileLoading);
        if (serving.All(d => d.Draining || d.Trouble is not null)) throw Unavailable(ErrorCodes.Overloaded, $"Every device that has the model '{name}' is out of service.", WhileLoading);
        return serving[0].Model;
    }

    /// <summary>Everything that is wrong, whether the body itself shows it or only the model does.</summary>
    private static GenerationRequest Check(Order order, GenerationParameters parameters, ModelDescription model)
    {
        var problems = order.Problems.ToList();
        if (order.Size is { } size && size != $"{model.ImageSize}x{model.ImageSize}" && !problems.Any(p => p.Param == "size"))
            problems.Add(new(ErrorCodes.InvalidValue, "size", $"must be auto or {model.ImageSize}x{model.ImageSize}: the model '{model.Name}' draws no other."));
        GenerationRequest? request = null;
        try
        {
            request = GenerationRequest.Create(parameters, model);
        }
        catch (InvalidRequestException e)
        {
            problems.AddRange(e.Errors
                .Where(error => !problems.Any(p => p.Param == error.Parameter))   // one that could not be read counts as absent here
                .Select(error => new Problem(error.Parameter == "prompt" && parameters.Prompt is null ? ErrorCodes.MissingRequiredParameter : ErrorCodes.InvalidValue, error.Parameter, error.Message)));
        }
        return problems.Count == 0 ? request! : throw ApiErrors.Invalid(problems);
    }

    private async Task<string> ProgressAsync(CancellationToken cancellationToken)
    {
        var progress = new List<string>();
        foreach (var part in parts) progress.AddRange(await part.StartingAsync(cancellationToken));
        return string.Join(" ", progress);
    }

    private static ApiException Unavailable(string code, string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, ErrorTypes.Server, code, message) { RetryAfter = retryAfter };

    // 31 bits, as a drawn one has.
    private static ulong SeedOf(string tenant, string key) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant.Length}:{tenant}{key}"))) >> 1;

    private static string Short(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}

/// <summary>What was handed in.</summary>
internal sealed record Submitted(Accepted Accepted, GenerationRequest Request, ModelDescription Model);
