namespace ClipGen.Client.Wire;

/// <summary>Words of the wire that more than one place must spell alike.</summary>
public static class WireNames
{
    public static class Headers
    {
        /// <summary>Submissions with one key are one generation.</summary>
        public const string IdempotencyKey = "Idempotency-Key";

        /// <summary>Number of the last event seen: the stream goes on after it.</summary>
        public const string LastEventId = "Last-Event-ID";

        /// <summary>On every answer.</summary>
        public const string RequestId = "x-request-id";

        /// <summary>Milliseconds; goes before <c>retry-after</c>, which has whole seconds.</summary>
        public const string RetryAfterMs = "retry-after-ms";

        /// <summary><c>true</c> or <c>false</c>: overrules what the status code would say.</summary>
        public const string ShouldRetry = "x-should-retry";
    }

    /// <summary>Values of <see cref="ErrorBody.Type"/>.</summary>
    public static class ErrorTypes
    {
        public const string InvalidRequest = "invalid_request_error";
        public const string RateLimitExceeded = "rate_limit_exceeded";
        public const string Server = "server_error";
    }

    /// <summary>Values of <see cref="ErrorBody.Code"/>.</summary>
    public static class ErrorCodes
    {
        public const string InvalidValue = "invalid_value";
        public const string InvalidJson = "invalid_json";
        public const string InvalidType = "invalid_type";
        public const string MissingRequiredParameter = "missing_required_parameter";
        public const string UnknownParameter = "unknown_parameter";
        public const string UnsupportedParameter = "unsupported_parameter";
        public const string RequestTooLarge = "request_too_large";
        public const string InvalidApiKey = "invalid_api_key";
        public const string InvalidSignature = "invalid_signature";
        public const string UrlExpired = "url_expired";
        public const string ModelNotFound = "model_not_found";
        public const string GenerationNotFound = "generation_not_found";
        public const string ImageNotFound = "image_not_found";
        public const string GenerationNotEnded = "generation_not_ended";
        public const string IdempotencyKeyInUse = "idempotency_key_in_use";
        public const string IdempotencyMismatch = "idempotency_mismatch";
        public const string QueueFull = "queue_full";
        public const string QuotaExceeded = "quota_exceeded";
        public const string DeadlineCannotHold = "deadline_cannot_hold";
        public const string ModelLoading = "model_loading";
        public const string Overloaded = "overloaded";
        public const string Draining = "draining";
        public const string GenerationFailed = "generation_failed";
        public const string GenerationCancelled = "generation_cancelled";
        public const string InternalError = "internal_error";
        public const string UnsupportedContentType = "unsupported_content_type";
        public const string RequestTimeout = "request_timeout";
        public const string RouteNotFound = "route_not_found";
        public const string MethodNotAllowed = "method_not_allowed";
    }

    /// <summary>Values of <see cref="GenerationResource.State"/>.</summary>
    public static class States
    {
        public const string Queued = "queued";
        public const string Running = "running";
        public const string Completed = "completed";
        public const string Failed = "failed";
        public const string Cancelled = "cancelled";
    }

    /// <summary>Values of <see cref="GenerationStreamEvent.Type"/>.</summary>
    public static class Events
    {
        public const string Queued = "queued";

        /// <summary>The prompt has been read.</summary>
        public const string Encoded = "encoded";

        /// <summary>More codes are drawn.</summary>
        public const string Sampling = "sampling";

        public const string Preview = "preview";

        /// <summary>All candidates are decoded and ranked.</summary>
        public const string Decoded = "decoded";

        /// <summary>An image is stored.</summary>
        public const string Image = "image";

        /// <summary>Something was lost or failed and is tried again.</summary>
        public const string Retried = "retried";

        public const string Completed = "completed";
        public const string Failed = "failed";
        public const string Cancelled = "cancelled";

        /// <summary>The stream itself broke; its data is an <see cref="ErrorEnvelope"/>.</summary>
        public const string Error = "error";
    }

    /// <summary>Values of <c>priority</c>.</summary>
    public static class Priorities
    {
        public const string Interactive = "interactive";
        public const string Batch = "batch";
    }

    /// <summary>Values of <see cref="CreateGenerationRequest.OnDisconnect"/>.</summary>
    public static class OnDisconnect
    {
        public const string Finish = "finish";
        public const string Cancel = "cancel";
    }
}
