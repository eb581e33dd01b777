using ClipGen.Cluster.Scheduling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Tests.Scheduling;

public sealed class QueueOptionsTests
{
    private readonly Dictionary<string, string?> _settings = [];

    private QueueOptions Bind()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build());
        services.AddQueueOptions();
        services.AddQueueOptions();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<QueueOptions>>().Value;
    }

    [Fact]
    public void Nothing_has_to_be_set()
    {
        var options = Bind();
        Assert.Equal((4096, null, 16, TimeSpan.FromSeconds(30), 0), (options.MaxWaiting, options.MaxWaitingPerTenant, options.BatchShare, options.Patience, options.Tenants.Count));
        Assert.Equal(new(1, null), TenantPolicy.Of("anyone", options));
    }

    [Fact]
    public void A_tenants_own_settings_come_before_everybodys()
    {
        _settings["ClipGen:Queue:MaxWaitingPerTenant"] = "100";
        _settings["ClipGen:Queue:Patience"] = "00:01:00";
        _settings["ClipGen:Queue:Tenants:big:Weight"] = "2.5";
        _settings["ClipGen:Queue:Tenants:big:MaxWaiting"] = "2000";
        _settings["ClipGen:Queue:Tenants:heavy:Weight"] = "3";
        var options = Bind();
        Assert.Equal(TimeSpan.FromMinutes(1), options.Patience);
        Assert.Equal(new(2.5, 2000), TenantPolicy.Of("big", options));
        Assert.Equal(new(3, 100), TenantPolicy.Of("heavy", options));
        Assert.Equal(new(1, 100), TenantPolicy.Of("anyone", options));
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        _settings["ClipGen:Queue:MaxWaiting"] = "1023";
        _settings["ClipGen:Queue:MaxWaitingPerTenant"] = "0";
        _settings["ClipGen:Queue:BatchShare"] = "1";
        _settings["ClipGen:Queue:Patience"] = "00:00:00";
        _settings["ClipGen:Queue:Tenants:b:Weight"] = "-1";
        _settings["ClipGen:Queue:Tenants:b:MaxWaiting"] = "0";
        _settings["ClipGen:Queue:Tenants:a:Weight"] = "NaN";
        var failures = Assert.Throws<OptionsValidationException>(Bind).Failures.ToArray();
        string[] names = ["MaxWaiting", "MaxWaitingPerTenant", "BatchShare", "Patience", "Tenants:a:Weight is NaN", "Tenants:b:Weight is -1", "Tenants:b:MaxWaiting is 0"];
        Assert.Equal(names.Length, failures.Length);
        Assert.All(names.Zip(failures), p => Assert.Contains(p.First, p.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(1000)]
    public void The_ends_of_the_range_of_weights_are_in_it(double weight)
    {
        _settings["ClipGen:Queue:Tenants:a:Weight"] = $"{weight}";
        Assert.Equal(weight, TenantPolicy.Of("a", Bind()).Weight);
    }

    [Fact]
    public void A_tenant_without_settings_is_named()
    {
        QueueOptions options = new() { Tenants = new() { ["a"] = null! } };
        Assert.Contains("ClipGen:Queue:Tenants:a is null", new QueueTenantsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }
}
