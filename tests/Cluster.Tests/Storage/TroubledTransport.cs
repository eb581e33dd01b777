using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;

namespace ClipGen.Cluster.Tests.Storage;

/// <summary>Stands between a client and its account, and answers in the account's place where the test wants trouble.</summary>
/// <param name="trouble">Of a request and its number, from 1; null lets it through.</param>
internal sealed class TroubledTransport(Func<HttpRequestMessage, int, HttpResponseMessage?> trouble) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentQueue<HttpRequestMessage> _requests = [];

    public IReadOnlyCollection<HttpRequestMessage> Requests => _requests;

    /// <summary>Runs behind the account: what became of the answer.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage, HttpResponseMessage> OnWayBack { get; init; } = (_, answer) => answer;

    public HttpPipelineTransport ToPipeline() => new HttpClientTransport(this);

    public static HttpResponseMessage Answer(int status, string code, string body = "")
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = body == "" ? new ByteArrayContent([]) : new StringContent(body, Encoding.UTF8, "application/xml") };
        if (code != "") answer.Headers.Add("x-ms-error-code", code);
        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int number;
        lock (_requests)
        {
            _requests.Enqueue(request);
            number = _requests.Count;
        }
        if (trouble(request, number) is { } answer)
        {
            answer.RequestMessage = request;
            return answer;
        }
        return OnWayBack(request, await base.SendAsync(request, cancellationToken));
    }
}
