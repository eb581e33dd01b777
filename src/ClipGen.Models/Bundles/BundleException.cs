namespace ClipGen.Models.Bundles;

/// <summary>A model bundle that is not there, not whole, or not what it says it is; the message is one clear line.</summary>
public sealed class BundleException : Exception
{
    public BundleException(string message) : base(message) { }

    public BundleException(string message, Exception inner) : base(message, inner) { }
}
