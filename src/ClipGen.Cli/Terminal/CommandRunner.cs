using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ClipGen.Cluster.Clustering;
using ClipGen.Cluster.Storage;
using ClipGen.Models;
using ClipGen.Models.Bundles;
using ClipGen.Models.Checkpoints;
using ClipGen.Silo.Loading;
using ClipGen.Training.Runs;

namespace ClipGen.Cli.Terminal;

/// <summary>
/// Runs a command and turns what goes wrong into one line and an exit code: 0 well, 1 failed, 2 asked wrongly, 130 interrupted.
/// </summary>
internal static class CommandRunner
{
    public const int Failed = 1, Misused = 2, Interrupted = 130;

    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        // A prompt may begin with "@": no file of arguments is meant by it.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Console.Error.WriteLine($"clipgen: {error.Message}");
            Console.Error.WriteLine($"clipgen: '{Path(parsed)} --help' tells what it takes.");
            return Misused;
        }
        if (parsed.CommandResult.Command is { Action: AsynchronousCommandLineAction action } command) command.Action = new Interruptible(action);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Patience(parsed) });
        }
        catch (InvalidRequestException exception)
        {
            Console.Error.WriteLine($"clipgen: {exception.Message}");
            return Misused;
        }
        catch (Microsoft.Extensions.Options.OptionsValidationException exception)
        {
            foreach (string failure in exception.Failures) Console.Error.WriteLine($"clipgen: {failure.ReplaceLineEndings(" ")}");
            return Failed;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            Console.Error.WriteLine($"clipgen: {exception.Message.ReplaceLineEndings(" ")}");
            return Failed;
        }
    }

    /// <summary>How long a command may take to end after Ctrl+C or SIGTERM before the process ends all the same; null where its host listens for itself, and has a grace of its own.</summary>
    private static TimeSpan? Patience(ParseResult parsed) => Path(parsed) switch
    {
        "clipgen serve" => null,
        "clipgen chaos" => TimeSpan.FromSeconds(30),   // it waits for the end of its children
        "clipgen bench serve" or "clipgen bench telemetry" or "clipgen bench previews" => TimeSpan.FromSeconds(30),   // they tell what they have measured, and end a cluster
        _ => TimeSpan.FromSeconds(2),
    };

    /// <summary>Errors whose message is written for the person at the terminal; others are bugs and show their stack.</summary>
    private static bool IsExpected(Exception exception) => exception
        is CommandException or ClusterConnectionException or BundleException or CheckpointException or ModelLoadException or TrainingDivergedException or ModelNotFoundException or RefusedException or DeviceMissingException
        or ImageStoreException or IOException or UnauthorizedAccessException or InvalidDataException;

    private static string Path(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = command.Parent)
            names.Insert(0, command.Command is RootCommand ? "clipgen" : command.Command.Name);
        return string.Join(' ', names);
    }

    /// <summary>Of all that is cancelled, this alone knows what a person at the terminal, or a signal, has cancelled: anything else that was is a failure.</summary>
    private sealed class Interruptible(AsynchronousCommandLineAction action) : AsynchronousCommandLineAction
    {
        public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
        {
            try
            {
                return await action.InvokeAsync(parseResult, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Console.Error.WriteLine("clipgen: interrupted.");
                return Interrupted;
            }
        }
    }
}

/// <summary>A command cannot do what it was asked; the message is one line for the person who asked.</summary>
internal sealed class CommandException(string message) : Exception(message);
