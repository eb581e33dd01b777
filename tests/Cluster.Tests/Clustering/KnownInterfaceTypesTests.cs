using ClipGen.Cluster.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Metadata;
using Orleans.Serialization.TypeSystem;

namespace ClipGen.Cluster.Tests.Clustering;

public sealed class KnownInterfaceTypesTests
{
    public static TheoryData<Type> Interfaces =>
    [
        .. typeof(IGatewayGrain).Assembly.GetTypes().Concat(typeof(FileGrainStorage).Assembly.GetTypes()).Where(type => type.IsInterface && !type.IsGenericType && type.IsAssignableTo(typeof(IAddressable))),
        typeof(IManagementGrain),
        typeof(IAsyncEnumerableGrainExtension),
        typeof(ICounterGrain),
    ];

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void An_interface_has_the_name_that_Orleans_gives_it(Type type)
    {
        using var services = CreateSilo();
        var orleans = new GrainInterfaceTypeResolver(services.GetServices<IGrainInterfaceTypeProvider>().Where(provider => provider is not KnownInterfaceTypes), services.GetRequiredService<TypeConverter>());
        var expected = orleans.GetGrainInterfaceType(type);

        var sut = services.GetRequiredService<GrainInterfaceTypeResolver>();

        Assert.Equal(expected, sut.GetGrainInterfaceType(type));
        Assert.Equal(expected, sut.GetGrainInterfaceType(type));
    }

    [Fact]
    public void It_is_asked_first()
    {
        using var services = CreateSilo();
        Assert.IsType<KnownInterfaceTypes>(services.GetServices<IGrainInterfaceTypeProvider>().First());
    }

    private static ServiceProvider CreateSilo()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(silo => silo.UseClipGenClustering(new()));
        return builder.Services.BuildServiceProvider();
    }
}
