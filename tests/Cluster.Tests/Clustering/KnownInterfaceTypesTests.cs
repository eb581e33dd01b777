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
        typeof(IPairGrain<string, int>),
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
    public void Orleans_is_asked_once_for_each_interface()
    {
        var asked = new List<Type>();
        using var services = CreateSilo(new Recorder(asked));
        var sut = services.GetRequiredService<GrainInterfaceTypeResolver>();

        for (int i = 0; i < 3; i++)
        {
            sut.GetGrainInterfaceType(typeof(IGatewayGrain));
            sut.GetGrainInterfaceType(typeof(ICounterGrain));
        }

        Assert.Equal([typeof(IGatewayGrain), typeof(ICounterGrain)], asked);
    }

    [Fact]
    public void Twice_is_once()
    {
        var services = new ServiceCollection();
        KnownInterfaceTypes.Use(services);
        KnownInterfaceTypes.Use(services);
        Assert.Single(services);
    }

    private static ServiceProvider CreateSilo(IGrainInterfaceTypeProvider? orleans = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            if (orleans is not null) silo.Services.AddSingleton(orleans);
            silo.UseClipGenClustering(new());
        });
        return builder.Services.BuildServiceProvider();
    }

    private sealed class Recorder(List<Type> asked) : IGrainInterfaceTypeProvider
    {
        public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
        {
            asked.Add(type);
            grainInterfaceType = default;
            return false;
        }
    }
}

public interface IPairGrain<TLeft, TRight> : IGrainWithStringKey;
