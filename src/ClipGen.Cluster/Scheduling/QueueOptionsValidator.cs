using System.Globalization;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Scheduling;

[OptionsValidator]
internal sealed partial class QueueOptionsValidator : IValidateOptions<QueueOptions>;

/// <summary>Checks the tenants, whose settings annotations do not reach. Names everything that is wrong.</summary>
internal sealed class QueueTenantsValidator : IValidateOptions<QueueOptions>
{
    public ValidateOptionsResult Validate(string? name, QueueOptions options)
    {
        var problems = new List<string>();
        foreach (var (tenant, settings) in options.Tenants.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            string key = $"{QueueOptions.SectionName}:{nameof(QueueOptions.Tenants)}:{tenant}";
            if (string.IsNullOrWhiteSpace(tenant)) problems.Add($"{key} has no name; name the tenant or remove the entry.");
            if (settings is null)
            {
                problems.Add($"{key} is null; give it settings or remove the entry.");
                continue;
            }
            if (!(settings.Weight >= TenantOptions.MinWeight && settings.Weight <= TenantOptions.MaxWeight))
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{key}:{nameof(settings.Weight)} is {settings.Weight}; it must be {TenantOptions.MinWeight} to {TenantOptions.MaxWeight}."));
            if (settings.MaxWaiting < 1)
                problems.Add($"{key}:{nameof(settings.MaxWaiting)} is {settings.MaxWaiting}; it must be at least 1. Leave it out for no limit of its own.");
        }
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
