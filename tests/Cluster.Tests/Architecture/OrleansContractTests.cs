using System.Reflection;
using System.Text;

namespace ClipGen.Cluster.Tests.Architecture;

/// <summary>
/// What processes of different versions must agree on, written out so that a change shows in review:
/// an id may be added, never changed or reused; an alias never changes.
/// </summary>
public sealed class OrleansContractTests
{
    private static readonly string Approved = Path.Combine(Repository.Root, "src", "ClipGen.Abstractions", "OrleansContracts.txt");

    [Fact]
    public void Contracts_are_as_approved()
    {
        string actual = Describe();
        if (Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") File.WriteAllText(Approved, actual);
        Assert.True(
            File.Exists(Approved) && File.ReadAllText(Approved).ReplaceLineEndings("\n") == actual,
            $"The contracts have changed. If that is meant, run this test with CLIPGEN_APPROVE=1, which rewrites {Approved}, and commit the file. They are now:\n{actual}");
    }

    [Fact]
    public void Everything_that_crosses_has_an_alias_and_ids()
    {
        foreach (var type in Types())
        {
            Assert.True(Alias(type) is not null, $"{type.Name} has no [Alias].");
            if (type.IsInterface)
                Assert.All(type.GetMethods(), m => Assert.True(Alias(m) is not null, $"{type.Name}.{m.Name} has no [Alias]."));
            else
                Assert.All(Stored(type), p => Assert.True(p.GetCustomAttribute<IdAttribute>() is not null, $"{type.Name}.{p.Name} has no [Id]."));
        }
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in Types().OrderBy(t => Alias(t), StringComparer.Ordinal))
        {
            text.Append(Alias(type)).Append('\n');
            if (type.IsInterface)
            {
                foreach (var method in type.GetMethods().OrderBy(m => Alias(m), StringComparer.Ordinal))
                    text.Append($"  {Alias(method)}({string.Join(", ", method.GetParameters().Select(p => Name(p.ParameterType)))}): {Name(method.ReturnType)}\n");
            }
            else
            {
                foreach (var property in Stored(type).OrderBy(p => p.GetCustomAttribute<IdAttribute>()?.Id))
                    text.Append($"  {property.GetCustomAttribute<IdAttribute>()?.Id} {property.Name}: {Name(property.PropertyType)}\n");
            }
        }
        foreach (var type in typeof(IGatewayGrain).Assembly.GetExportedTypes().Where(t => t.IsEnum).OrderBy(t => t.Name, StringComparer.Ordinal))
            text.Append($"enum {type.Name}\n").Append(string.Concat(Enum.GetValues(type).Cast<object>().Select(v => $"  {Convert.ToInt32(v)} {v}\n")));
        return text.ToString();
    }

    private static IEnumerable<Type> Types() => typeof(IGatewayGrain).Assembly.GetExportedTypes().Where(t => t.Namespace == "ClipGen"
        && ((t.IsInterface && t.IsAssignableTo(typeof(IGrain))) || t.GetCustomAttribute<GenerateSerializerAttribute>() is not null));

    // What has a backing field: computed properties do not travel.
    private static IEnumerable<PropertyInfo> Stored(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(p => type.GetField($"<{p.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance) is not null);

    private static string? Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? $"{Name(inner)}?"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
