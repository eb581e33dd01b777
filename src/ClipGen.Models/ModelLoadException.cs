namespace ClipGen.Models;

/// <summary>Weights that do not fit the network they are meant for. The message is one line and names what does not fit.</summary>
public sealed class ModelLoadException : Exception
{
    public ModelLoadException()
    {
    }

    public ModelLoadException(string message) : base(message)
    {
    }

    public ModelLoadException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
