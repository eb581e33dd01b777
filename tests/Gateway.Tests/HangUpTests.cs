using System.Text;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClipGen.Gateway.Tests;

/// <summary>Clients that ask for their generation to end with their connection, and hang up while it is being accepted.</summary>
public sealed class HangUpTests
{
    private readonly FakeEngine _engine = new() { Hold = new TaskCompletionSource().Task };
    private readonly Gate _gate = new();
    private readonly Noticed _hungUp = new();

    [Theory]
    [InlineData("/v1/images/generations", """{"prompt":"x","candidates":2,"on_disconnect":"cancel"}""", null)]
    [InlineData("/v1/images/generations", """{"prompt":"x","candidates":2,"on_disconnect":"cancel","seed":1}""", null)]   // shared by content
    [InlineData("/v1/images/generations", """{"prompt":"x","candidates":2,"on_disconnect":"cancel","stream":true}""", null)]
    [InlineData("/v1/generations", """{"prompt":"x","candidates":2,"on_disconnect":"cancel"}""", "key")]
    public async Task What_is_accepted_for_who_has_hung_up_meanwhile_does_not_run_on(string path, string body, string? key)
    {
        await using var sut = await CreateSut();

        await HangUp(sut, path, body, key);

        Assert.Equal(GenerationState.Cancelled, await End(sut));
    }

    [Fact]
    public async Task What_is_to_be_finished_is_finished()
    {
        _engine.Hold = Task.CompletedTask;
        await using var sut = await CreateSut();

        await HangUp(sut, "/v1/images/generations", """{"prompt":"x","candidates":2}""", null);

        Assert.Equal(GenerationState.Completed, await End(sut));
    }

    /// <summary>Sends the request, and drops the connection when its submission has come to the gateway's grain but is not accepted yet.</summary>
    private async Task HangUp(Sut sut, string path, string body, string? key)
    {
        await sut.Get("/v1/models");
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Sut.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        var sent = sut.Client.SendAsync(request, hangUp.Token);
        await _gate.Reached.WaitAsync(Sut.Token);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        await _hungUp.Aborted.WaitAsync(Sut.Token);
        _gate.Open();
    }

    private Task<Sut> CreateSut() => Sut.CreateSut([], [_engine], services => services.AddSingleton<IIncomingGrainCallFilter>(_gate).AddSingleton<IStartupFilter>(_hungUp));

    /// <summary>Asks and does not watch: that would keep it running.</summary>
    private async Task<GenerationState> End(Sut sut)
    {
        var generation = sut.Grains.GetGrain<IGenerationGrain>((await _gate.Accepted.WaitAsync(Sut.Token)).Id);
        while (true)
        {
            var state = (await generation.GetStatusAsync()).State;
            if (state is not (GenerationState.Queued or GenerationState.Running)) return state;
            await Task.Delay(5, Sut.Token);
        }
    }

    /// <summary>Holds a submission at the gateway's grain.</summary>
    private sealed class Gate : IIncomingGrainCallFilter
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously), _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Accepted> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public Task<Accepted> Accepted => _accepted.Task;

        public void Open() => _open.SetResult();

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            bool submits = context.InterfaceMethod?.Name == nameof(IGatewayGrain.SubmitAsync);
            if (submits)
            {
                _reached.TrySetResult();
                await _open.Task;
            }
            await context.Invoke();
            if (submits) _accepted.TrySetResult((Accepted)context.Result!);
        }
    }

    /// <summary>Tells when the server has noticed that a client has gone.</summary>
    private sealed class Noticed : IStartupFilter
    {
        private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Aborted => _aborted.Task;

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.RequestAborted.Register(() => _aborted.TrySetResult());   // runs after what is registered later
                return rest(context);
            });
            next(app);
        };
    }
}
