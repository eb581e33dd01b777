namespace ClipGen.Client.Calls;

/// <summary>Codes of what the cluster cannot tell because it was not heard.</summary>
internal static class ClientErrorCodes
{
    public const string Timeout = "timeout";
    public const string ConnectionFailed = "connection_failed";
    public const string ConnectionLost = "connection_lost";
    public const string InvalidAnswer = "invalid_answer";
}
