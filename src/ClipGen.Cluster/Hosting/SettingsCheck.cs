using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Hosting;

/// <summary>
/// Everything that is wrong with a process's settings, in one list. Sections that are needed while the application is put together are read
/// here, and stand-ins take the place of those that are wrong, so that the others are checked as well; nothing starts with a stand-in.
/// </summary>
public sealed partial class SettingsCheck : IValidateOptions<SettingsCheck.Early>
{
    private readonly List<string> _failures = [];

    private SettingsCheck()
    {
    }

    /// <summary>Whether nothing has been found yet.</summary>
    internal bool IsClean => _failures.Count == 0;

    /// <summary>Begins the list; whatever starts with these services is refused with it.</summary>
    internal static SettingsCheck Begin(IServiceCollection services)
    {
        var check = new SettingsCheck();
        services.AddSingleton(check);
        services.AddSingleton<IValidateOptions<Early>>(check);
        services.AddOptions<Early>().ValidateOnStart();
        return check;
    }

    /// <summary>The list of these services; null if none was begun.</summary>
    internal static SettingsCheck? Of(IServiceCollection services) => services.FirstOrDefault(s => s.ServiceType == typeof(SettingsCheck))?.ImplementationInstance as SettingsCheck;

    /// <summary>Reads a section of settings.</summary>
    /// <returns>A stand-in if it is wrong and there is a list to enter that in.</returns>
    /// <exception cref="OptionsValidationException">It is wrong and there is none.</exception>
    public static T Read<T>(IServiceCollection services, Func<T> read, Func<T> standIn)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(standIn);
        var check = Of(services);
        try
        {
            return read();
        }
        catch (OptionsValidationException e) when (check is not null)
        {
            check._failures.AddRange(Failures(e));
            return standIn();
        }
    }

    /// <summary>Has every section checked that is to be checked before a start.</summary>
    /// <returns>The host; it is disposed if something is wrong.</returns>
    /// <exception cref="OptionsValidationException">Something is wrong; its failures are all of that, a sentence each.</exception>
    public static THost Finish<THost>(THost host) where THost : IHost
    {
        try
        {
            Validate(host.Services);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static void Validate(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException e)
        {
            throw All([e]);
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            throw All(e.InnerExceptions.Cast<OptionsValidationException>());
        }
    }

    /// <summary>What has been found by now.</summary>
    internal OptionsValidationException ToException() => new("ClipGen", typeof(SettingsCheck), _failures);

    ValidateOptionsResult IValidateOptions<Early>.Validate(string? name, Early options) => IsClean ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    private static OptionsValidationException All(IEnumerable<OptionsValidationException> exceptions) =>
        new("ClipGen", typeof(SettingsCheck), exceptions.SelectMany(Failures).Distinct(StringComparer.Ordinal));

    /// <summary>Each by the key that is to be changed: annotations name classes and members.</summary>
    private static IEnumerable<string> Failures(OptionsValidationException exception)
    {
        string? section = exception.OptionsType.GetField("SectionName", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as string;
        foreach (string failure in exception.Failures)
        {
            var match = Annotation().Match(failure);
            yield return section is null || !match.Success ? failure : $"{section}:{match.Groups["member"].Value} {match.Groups["rule"].Value}";
        }
    }

    // "Slots: The field EngineOptions.Slots must be …" is the generated validators', the other ValidateDataAnnotations'; what is required is called "The … field".
    [GeneratedRegex(@"^((?<member>\w+): The (field \S+|\S+ field) (?<rule>.+)|.* members: '(?<member>\w+)' with the error: 'The (field \S+|\S+ field) (?<rule>.+)'\.)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Annotation();

    /// <summary>Stands for the sections that were read early.</summary>
    public sealed class Early;
}
