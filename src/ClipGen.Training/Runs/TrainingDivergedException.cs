namespace ClipGen.Training.Runs;

/// <summary>A loss is not a number any more. The message is one line and says what can be done.</summary>
public sealed class TrainingDivergedException : Exception
{
    public TrainingDivergedException()
    {
    }

    public TrainingDivergedException(string message) : base(message)
    {
    }

    public TrainingDivergedException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <exception cref="TrainingDivergedException">The loss is NaN or infinite.</exception>
    internal static void ThrowIfNotFinite(string stage, long step, string name, double loss)
    {
        if (double.IsFinite(loss)) return;
        throw new TrainingDivergedException($"the training of {stage} broke off at step {step + 1}: its loss '{name}' is {(double.IsNaN(loss) ? "not a number" : "infinite")}. It can go on from its last state, less than two minutes older; if it breaks off there again, its learning rate is too high for these images.");
    }
}
