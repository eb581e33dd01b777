using System.Reflection;
using System.Text;

namespace ClipGen.Client.Tests.Architecture;

/// <summary>What services compile against, written out so that a change shows in review.</summary>
public sealed class PublicApiTests
{
    private static readonly string Approved = Path.Combine(Repository.Root, "src", "ClipGen.Client", "PublicApi.txt");

    [Fact]
    public void The_public_api_is_as_approved()
    {
        string actual = Describe();
        if (Environment.GetEnvironmentVariable("CLIPGEN_APPROVE") == "1") File.WriteAllText(Approved, actual);
        Assert.True(
            File.Exists(Approved) && File.ReadAllText(Approved).ReplaceLineEndings("\n") == actual,
            $"The public API has changed. If that is meant, run this test with CLIPGEN_APPROVE=1, which rewrites {Approved}, and commit the file. It is now:\n{actual}");
    }

    [Fact]
    public void A_service_that_uses_it_gets_no_torch()
    {
        var seen = new HashSet<string>();
        var open = new Queue<string>(["ClipGen.Client"]);
        while (open.TryDequeue(out string? name))
        {
            if (!seen.Add(name)) continue;
            foreach (var reference in Assembly.Load(name).GetReferencedAssemblies())
            {
                Assert.False(reference.Name!.StartsWith("TorchSharp", StringComparison.Ordinal), $"ClipGen.Client reaches {reference.Name} through {name}.");
                if (reference.Name.StartsWith("ClipGen.", StringComparison.Ordinal)) open.Enqueue(reference.Name);
            }
        }
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(IClipGenClient).Assembly.GetExportedTypes().Where(t => t.Namespace?.StartsWith("ClipGen.Client", StringComparison.Ordinal) == true).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.FullName).Append(type.BaseType is { } b && b != typeof(object) ? $" : {Name(b)}" : "").Append('\n');
            foreach (string line in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Select(Line).OfType<string>().Order(StringComparer.Ordinal))
                text.Append("  ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    // What every record has (equality, printing, copying) says nothing; accessors are told by their properties.
    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo c => $"new({Parameters(c)})",
        PropertyInfo p when p.Name == "EqualityContract" => null,
        PropertyInfo p => $"{p.Name}: {Name(p.PropertyType)} {{ {(p.GetMethod?.IsPublic == true ? "get; " : "")}{(p.SetMethod?.IsPublic == true ? IsInit(p) ? "init; " : "set; " : "")}}}",
        FieldInfo { IsSpecialName: true } => null,
        FieldInfo { IsLiteral: true } f => $"const {f.Name}: {Name(f.FieldType)} = {f.GetRawConstantValue()}",
        FieldInfo f => $"{f.Name}: {Name(f.FieldType)}",
        MethodInfo m when m.IsSpecialName || m.Name is "ToString" or "Equals" or "GetHashCode" or "Deconstruct" or "<Clone>$" => null,
        MethodInfo m => $"{(m.IsStatic ? "static " : "")}{m.Name}({Parameters(m)}): {Name(m.ReturnType)}",
        _ => null,
    };

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{p.Name}: {Name(p.ParameterType)}{(p.HasDefaultValue ? "?" : "")}"));

    private static string Name(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? $"{Name(inner)}?"
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;
}
