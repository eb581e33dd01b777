using System.Text;
using System.Text.Json;
using ClipGen.Cluster.Generations;
using ClipGen.Cluster.Prompts;
using ClipGen.Cluster.Storage;
using ClipGen.Cluster.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Prompts;

/// <summary>Images as prompts, from their files to the pictures drawn after them.</summary>
public sealed class PromptImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_a_prompt_and_is_told_in_all_that_is_stored()
    {
        await using var sut = await Start();
        var (files, prompt) = Blend();
        var request = await sut.Request(with: p => p with { Prompt = null, Prompts = prompt });
        var image = request.Parts![1].Image!;

        var end = await Draw(sut, request, files);

        Assert.Equal((GenerationState.Completed, 5), (end.State, end.Result!.PromptTokens));
        Assert.Equal(files.Find(image), await File.ReadAllBytesAsync(Path.Combine(sut.Folder, image.Name), Sut.Token));
        string drawn = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(end.Result.Images[0].Location, Sut.Token));
        Assert.Contains($$"""clipgen:prompts=[{"text":"a red circle","weight":0.7},{"image_sha256":"{{image.Sha256}}","weight":0.3}]""", drawn);
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(end.Result.ManifestLocation, Sut.Token));
        var parts = manifest.RootElement.GetProperty("request").GetProperty("prompts");
        Assert.Equal((2, "a red circle", image.Sha256, 0.3), (
            parts.GetArrayLength(), parts[0].GetProperty("text").GetString(), parts[1].GetProperty("image_sha256").GetString(), parts[1].GetProperty("weight").GetDouble()));
    }

    [Fact]
    public async Task The_same_image_gives_the_same_files_and_another_others()
    {
        await using var sut = await Start();
        var first = await Draw(sut, PromptFiles.Picture());
        var second = await Draw(sut, PromptFiles.Picture());
        var other = await Draw(sut, PromptFiles.Picture(shade: 7));

        Assert.Equal(first.Result!.Images, second.Result!.Images);
        Assert.NotEqual(first.Request.Digest, other.Request.Digest);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_by_name_before_anything_is_accepted_or_kept()
    {
        await using var sut = await Start();
        byte[] good = PromptFiles.Picture(), cut = good[..(good.Length - 30)];
        var files = new PromptImageFiles();
        PromptPart[] prompts = [new() { Image = files.Add("prompts[0].image", good) }, new() { Image = files.Add("prompts[1].image", cut) }];
        var request = await sut.Request(with: p => p with { Prompt = null, Prompts = prompts });

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => files.SubmitAsync(sut.Grains, new() { Request = request }));

        Assert.Equal("prompts[1].image", Assert.Single(error.Errors).Parameter);
        Assert.Contains("cut short", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await sut.Status()).Unfinished);
        await NothingKept(sut);
    }

    [Fact]
    public async Task What_is_refused_leaves_no_file()
    {
        await using var sut = await Start();
        var files = new PromptImageFiles();
        var image = files.Add("image", PromptFiles.Picture());
        var request = await sut.Request(with: p => p with { Prompt = null, Image = image });

        await Assert.ThrowsAsync<RefusedException>(() => files.SubmitAsync(sut.Grains, new() { Request = request, Deadline = TimeSpan.FromTicks(1) }));

        await NothingKept(sut);
    }

    [Fact]
    public async Task Too_large_a_file_is_refused_as_configured()
    {
        await using var sut = await Start(configure: services => services.Configure<PromptImageOptions>(o => o.MaxSide = 20));
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => Draw(sut, PromptFiles.Picture(24, 16)));
        Assert.Equal("image has 24×16 pixels; at most 20×20 are taken.", error.Message);
    }

    [Fact]
    public async Task A_file_under_another_ones_name_is_refused()
    {
        await using var sut = await Start();
        var grain = sut.Grains.GetGrain<IPromptImageGrain>(PromptImage.Of(PromptFiles.Picture())!.Name);
        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => grain.KeepAsync("fake", new(PromptFiles.Picture(shade: 7))));
        Assert.Equal("image", Assert.Single(error.Errors).Parameter);
    }

    [Fact]
    public async Task A_request_whose_image_was_never_sent_is_not_accepted()
    {
        await using var sut = await Start();
        var request = await sut.Request(with: p => p with { Prompt = null, Image = PromptImage.Of(PromptFiles.Picture()) });

        var error = await Assert.ThrowsAsync<PromptImageMissingException>(() => sut.Submit(request));

        Assert.Contains(request.Parts![0].Image!.Name, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await sut.Status()).Unfinished);
    }

    [Fact]
    public async Task A_file_that_goes_before_its_generation_owns_it_is_sent_again()
    {
        // Another request's last generation is removed in just this moment, twice.
        var store = new ForgetfulStore(Store("images"), times: 2);
        await using var sut = await Start(configure: services => services.AddSingleton<IImageStore>(store));

        Assert.Equal(GenerationState.Completed, (await Draw(sut, PromptFiles.Picture())).State);
        Assert.Equal(3, store.Written);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_prompts_image_goes_with_the_last_generation_that_has_it_if_images_go_at_all(bool removed)
    {
        await using var sut = await Start();
        var first = await Draw(sut, PromptFiles.Picture(), seed: 1);
        var second = await Draw(sut, PromptFiles.Picture(), seed: 2);
        string file = Path.Combine(sut.Folder, first.Request.Parts![0].Image!.Name);

        await sut.Grains.GetGrain<IGenerationGrain>(first.Id).ForgetAsync(withImages: removed);
        Assert.True(File.Exists(file));

        await sut.Grains.GetGrain<IGenerationGrain>(second.Id).ForgetAsync(withImages: removed);
        Assert.Equal(!removed, File.Exists(file));
    }

    [Fact]
    public async Task What_was_accepted_survives_a_restart_with_its_image()
    {
        string id;
        byte[] picture = PromptFiles.Picture();
        var held = new FakeEngine();
        await using (var first = await Start(KeepFiles, held))
        {
            held.HoldOthers = new TaskCompletionSource().Task;
            var files = new PromptImageFiles();
            var request = await first.Request(with: p => p with { Prompt = null, Image = files.Add("image", picture) });
            id = (await files.SubmitAsync(first.Grains, new() { Request = request })).Id;
            await first.Cluster.DisposeAsync();
        }

        var next = new FakeEngine();
        await using var second = await Start(KeepFiles, next);
        var end = (await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(id)))[^1].Status;

        Assert.Equal((GenerationState.Completed, 1), (end.State, next.Encoded));
        Assert.Equal(PromptImage.Of(picture), end.Request.Parts![0].Image);
    }

    [Fact]
    public async Task An_image_that_is_lost_later_fails_its_generation_by_name()
    {
        string id;
        var held = new FakeEngine();
        PromptImage image;
        await using (var first = await Start(KeepFiles, held))
        {
            held.HoldOthers = new TaskCompletionSource().Task;
            var files = new PromptImageFiles();
            image = files.Add("image", PromptFiles.Picture());
            id = (await files.SubmitAsync(first.Grains, new() { Request = await first.Request(with: p => p with { Prompt = null, Image = image }) })).Id;
            await first.Cluster.DisposeAsync();
            File.Delete(Path.Combine(_folder["kept"], image.Name));
        }

        await using var second = await Start(KeepFiles);
        var end = (await Sut.Watch(second.Grains.GetGrain<IGenerationGrain>(id)))[^1].Status;

        Assert.Equal(GenerationState.Failed, end.State);
        Assert.Contains(image.Name, end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_anybody_made_up_are_errors_by_name_and_never_anything_else()
    {
        await using var sut = await Start();
        var random = new Random(11);
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            byte[] good = PromptFiles.Picture(40, 30, format);
            for (int round = 0; round < 40; round++)
            {
                byte[] bad = [.. good[..random.Next(good.Length / 2, good.Length)]];
                for (int i = 0; i < 8; i++) bad[random.Next(12, bad.Length)] = (byte)random.Next(256);
                try
                {
                    await sut.Grains.GetGrain<IPromptImageGrain>(PromptImage.Of(bad)!.Name).KeepAsync("fake", new(bad));   // a JPEG may be whole enough
                }
                catch (InvalidRequestException e)
                {
                    Assert.Equal("image", Assert.Single(e.Errors).Parameter);
                    Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                }
            }
        }
        Assert.Equal(GenerationState.Completed, (await Draw(sut, PromptFiles.Picture())).State);
        Assert.Null((await sut.Status()).Devices[0].Trouble);
    }

    private static (PromptImageFiles Files, PromptPart[] Prompts) Blend()
    {
        var files = new PromptImageFiles();
        return (files, [new() { Text = "a red circle", Weight = 0.7 }, new() { Image = files.Add("image", PromptFiles.Picture()), Weight = 0.3 }]);
    }

    private static async Task<GenerationStatus> Draw(Sut sut, byte[] picture, ulong seed = 7)
    {
        var files = new PromptImageFiles();
        var image = files.Add("image", picture);
        return await Draw(sut, await sut.Request(seed: seed, with: p => p with { Prompt = null, Image = image }), files);
    }

    private static async Task<GenerationStatus> Draw(Sut sut, GenerationRequest request, PromptImageFiles files)
    {
        var accepted = await files.SubmitAsync(sut.Grains, new() { Request = request });
        return (await Sut.Watch(sut.Grains.GetGrain<IGenerationGrain>(accepted.Id)))[^1].Status;
    }

    /// <summary>What was kept for nothing is removed behind the answer.</summary>
    private static async Task NothingKept(Sut sut)
    {
        while (Directory.Exists(sut.Folder) && Directory.GetFiles(sut.Folder, "prompt-*").Length > 0) await Task.Delay(5, Sut.Token);
    }

    /// <summary>Images outlive the cluster that is stopped, as its own folder does not.</summary>
    private void KeepFiles(IServiceCollection services) => services.AddSingleton<IImageStore>(Store("kept"));

    private FileImageStore Store(string folder) => new(Options.Create(new FileImageStoreOptions { RootFolder = _folder[folder] }));

    private Task<Sut> Start(Action<IServiceCollection>? configure = null, FakeEngine? engine = null) =>
        Sut.CreateSut(configure, [engine ?? new()], _folder["images"], _folder["data"]);

    /// <summary>Has forgotten a prompt's image as soon as it was written, some times over.</summary>
    private sealed class ForgetfulStore(IImageStore inner, int times) : IImageStore
    {
        public int Written { get; private set; }

        public Task EnsureWritableAsync(CancellationToken cancellationToken) => inner.EnsureWritableAsync(cancellationToken);

        public async Task<string> WriteAsync(string name, ReadOnlyMemory<byte> content, ImageProperties? properties, CancellationToken cancellationToken)
        {
            string location = await inner.WriteAsync(name, content, properties, cancellationToken);
            if (name.StartsWith("prompt-", StringComparison.Ordinal) && ++Written <= times) await inner.DeleteAsync(name, cancellationToken);
            return location;
        }

        public Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken) => inner.ReadAsync(name, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

        public string LocationOf(string name) => inner.LocationOf(name);
    }
}
