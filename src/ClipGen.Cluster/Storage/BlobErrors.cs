using System.Net.Sockets;
using System.Xml;
using Azure;
using Azure.Identity;

namespace ClipGen.Cluster.Storage;

/// <summary>Turns what a storage account says, or that it says nothing, into one line that says what to do and whether it may pass by itself.</summary>
internal static class BlobErrors
{
    private const string Section = ImageStoreOptions.SectionName;

    public static bool IsOne(Exception e) =>
        e is RequestFailedException or AggregateException or AuthenticationFailedException or HttpRequestException or IOException or TimeoutException or OperationCanceledException or XmlException;

    /// <param name="verb">What could not be done to <paramref name="location"/>: write, read, delete.</param>
    public static ImageStoreException Explain(string verb, Exception e, string location)
    {
        var (reason, passes) = Judge(e);
        return new($"Cannot {verb} '{location}': {reason}.", e, passes);
    }

    private static (string Reason, bool Passes) Judge(Exception e) => e switch
    {
        AggregateException several when several.Flatten().InnerExceptions is [.., var last] => Judge(last),   // one for each try
        CredentialUnavailableException => ($"this process has no identity to show; give it one (managed or workload identity, or the environment's AZURE_…), or set {Section}:ConnectionString", false),
        AuthenticationFailedException => ($"the process's identity was not confirmed: {FirstLine(e)}", e.InnerException is { } inner && IsOne(inner) && Judge(inner).Passes),
        RequestFailedException { Status: > 0 } answer => Judge(answer),
        RequestFailedException or HttpRequestException or SocketException or IOException => ($"the storage account cannot be reached ({FirstLine(e)})", true),
        XmlException => ("something else than a storage account answers, as a proxy does whose target is away", true),
        _ => ("the storage account does not answer in time", true),
    };

    private static (string Reason, bool Passes) Judge(RequestFailedException answer) => (answer.Status, answer.ErrorCode) switch
    {
        (429, _) or (503, _) => ($"the storage account is busy ({Code(answer)})", true),
        (408, _) or ( >= 500, _) => ($"the storage account fails ({Code(answer)})", true),
        (_, "ContainerBeingDeleted") => ("its container is being deleted, which takes the account a while", true),
        (_, "ContainerNotFound") => ("its container is missing", true),   // the next try makes it
        (_, "BlobNotFound") => ("it was deleted at the same time", true),
        (_, "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation") =>
            ($"the storage account does not accept what it is shown ({Code(answer)}); see that the key or SAS in {Section}:ConnectionString is the account's and has not expired, and that this machine's clock is right", false),
        (_, "AuthorizationPermissionMismatch") =>
            ($"the identity or SAS lacks a right ({Code(answer)}); give it the role Storage Blob Data Owner, or Storage Blob Data Contributor with {Section}:IndexTags false", false),
        (_, "AuthorizationFailure") => ($"the storage account does not let this process in ({Code(answer)}); see its network rules, and that the key or SAS in {Section}:ConnectionString is the account's and has not expired", false),
        (_, "BlobTagsNotSupportedForAccountType" or "FeatureNotSupportedForAccount") => ($"this kind of account has no tags ({Code(answer)}); set {Section}:IndexTags to false", false),
        (_, "InvalidResourceName") => ($"the storage account takes no such name ({Code(answer)}); choose another container or name prefix", false),
        (_, "BlobImmutableDueToPolicy" or "LeaseIdMissing") => ($"it is locked ({Code(answer)}); end the lock, or wait until it ends", false),
        _ => ($"the storage account refuses it ({Code(answer)}): {FirstLine(answer)}", false),
    };

    private static string Code(RequestFailedException answer) => string.IsNullOrEmpty(answer.ErrorCode) ? $"HTTP {answer.Status}" : $"HTTP {answer.Status} {answer.ErrorCode}";

    /// <summary>The rest of such a message repeats the request, which is nobody's concern.</summary>
    private static string FirstLine(Exception e) => e.Message.ReplaceLineEndings("\n").Split('\n')[0].Trim().TrimEnd('.');
}
