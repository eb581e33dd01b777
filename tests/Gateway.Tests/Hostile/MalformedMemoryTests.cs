using System.Globalization;
using System.Text;

namespace ClipGen.Gateway.Tests.Hostile;

/// <summary>
/// Requests of which none is taken leave nothing behind. CLIPGEN_MALFORMED_REQUESTS says how many (1000 by default), and the numbers are
/// written to the test's output.
/// </summary>
[Collection(nameof(MeasuresMemory))]
public sealed class MalformedMemoryTests
{
    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("CLIPGEN_MALFORMED_REQUESTS") ?? "1000", CultureInfo.InvariantCulture);

    private const int Batches = 5;

    [Fact]
    public async Task Leave_nothing()
    {
        await using var sut = await Sut.CreateSut();
        var nasty = new Nasty(7);
        var memory = new List<long>();
        for (int i = 0; i <= Batches; i++)
        {
            await SendAsync(sut, nasty, Requests / Batches);
            memory.Add(await MeasuresMemory.SettledAsync());
        }

        string text = $"{Requests / Batches} malformed requests at a time, KiB after each: {string.Join(", ", memory.Select(bytes => bytes / 1024))}";
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.True(memory[^1] - memory[^2] < (4 << 20), text);
    }

    private static async Task SendAsync(Sut sut, Nasty nasty, int count)
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8, AllowAutoRedirect = false }) { BaseAddress = sut.Root };
        for (int i = 0; i < count; i++)
        {
            using var request = nasty.Next(3) == 0 ? Lookup(sut, nasty) : Order(nasty);
            using var response = await client.SendAsync(request, Sut.Token);
            Assert.InRange((int)response.StatusCode, 400, 499);
        }
    }

    private static HttpRequestMessage Lookup(Sut sut, Nasty nasty)
    {
        string path = $"/v1/generations/x{nasty.PathPart()}/{nasty.One("nothing", "events/nothing", "images/nothing")}";
        return new(nasty.One(HttpMethod.Get, HttpMethod.Delete, HttpMethod.Put, new("BREW")), new Uri($"{sut.Root.AbsoluteUri.TrimEnd('/')}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
    }

    private static HttpRequestMessage Order(Nasty nasty)
    {
        byte[] body = nasty.Body();
        // Whatever an object says besides, it has a member that is not taken.
        if (body is [(byte)'{', .. var rest]) body = [.. "{\"nonsense\":1,"u8, .. rest];
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", nasty.One("application/json", "application/json", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "text/plain"));
        var request = new HttpRequestMessage(HttpMethod.Post, nasty.One("/v1/images/generations", "/v1/images/variations", "/v1/generations")) { Content = content };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", nasty.Header());
        return request;
    }
}
