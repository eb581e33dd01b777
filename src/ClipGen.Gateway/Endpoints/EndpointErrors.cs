using ClipGen.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClipGen.Gateway.Endpoints;

internal static class EndpointErrors
{
    /// <summary>Says in the API's description that these are answered with an <see cref="ErrorEnvelope"/>.</summary>
    public static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (int status in statuses) endpoint.Produces<ErrorEnvelope>(status);
        return endpoint;
    }
}
