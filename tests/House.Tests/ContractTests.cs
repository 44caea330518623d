using System.Reflection;
using System.Text;
using HeadlessPro.Contracts;

namespace HeadlessPro.House.Tests;

/// <summary>What modules know of each other changes only when it is meant to.</summary>
public sealed class ContractTests
{
    private static readonly IReadOnlyList<Type> Contracts =
        typeof(IEvent).Assembly.GetExportedTypes().Where(t => t.GetCustomAttribute<ContractAttribute>() is not null).ToList();

    [Fact]
    public void Each_method_takes_one_request_and_a_token_and_answers_a_result() =>
        Assert.Empty(Contracts.SelectMany(c => c.GetMethods())
            .Where(m => m.GetParameters() is not [{ ParameterType.IsClass: true }, { ParameterType: var token }] || token != typeof(CancellationToken)
                || !m.ReturnType.IsGenericType || m.ReturnType.GetGenericTypeDefinition() != typeof(Task<>)
                || m.ReturnType.GetGenericArguments()[0] is not { IsGenericType: true } result || result.GetGenericTypeDefinition() != typeof(Result<>))
            .Select(m => $"{m.DeclaringType!.Name}.{m.Name}"));

    [Fact]
    public void Each_contract_is_offered_by_the_module_it_names_and_by_no_other()
    {
        var offered = Product.Modules.SelectMany(m => m.Offers.Select(c => (Contract: c, m.Name))).ToList();
        Assert.Equal(Contracts.Select(c => (c, c.GetCustomAttribute<ContractAttribute>()!.Module)).OrderBy(p => p.c.Name), offered.OrderBy(p => p.Contract.Name));
    }

    [Fact]
    public void Methods_have_names_of_their_own_within_a_module_for_they_are_its_addresses() =>
        Assert.Empty(Contracts.SelectMany(c => c.GetMethods().Select(m => $"{c.GetCustomAttribute<ContractAttribute>()!.Module}/{m.Name}"))
            .GroupBy(address => address).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Events_have_names_of_their_own() =>
        Assert.Empty(Product.Events.GroupBy(e => e.Name).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void The_public_surface_is_the_committed_one()
    {
        var text = new StringBuilder("# The public surface of Contracts. Written by House.Tests; a change here is a change for every module and peer.\n");
        foreach (var type in typeof(IEvent).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append('\n').Append(Kind(type)).Append(' ').Append(Name(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }

        Clone.AssertCommitted("tests/House.Tests/contracts.txt", text.ToString());
    }

    private static string Kind(Type type) => type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : "class";

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum) return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n))}");
        var isRecord = type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null;
        var constructors = type.GetConstructors()
            .Where(c => c.GetParameters() is not [] && !(c.GetParameters() is [var only] && only.ParameterType == type))
            .Select(c => $"new({Parameters(c.GetParameters())})");
        var properties = type.GetProperties(declared).Select(p => $"{Name(p.PropertyType)} {p.Name}");
        var methods = type.GetMethods(declared)
            .Where(m => !m.Name.StartsWith("get_", StringComparison.Ordinal) && !m.Name.StartsWith("set_", StringComparison.Ordinal))
            .Where(m => !isRecord || m.Name is not ("ToString" or "Equals" or "GetHashCode" or "op_Equality" or "op_Inequality" or "Deconstruct" or "<Clone>$"))
            .Select(m => $"{Name(m.ReturnType)} {m.Name}({Parameters(m.GetParameters())})");
        var constants = type.GetFields(declared).Select(f => $"{Name(f.FieldType)} {f.Name}");
        return constructors.Concat(properties).Concat(methods).Concat(constants);
    }

    private static string Parameters(IEnumerable<ParameterInfo> parameters) =>
        string.Join(", ", parameters.Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        var name = type.Namespace?.StartsWith("HeadlessPro.Contracts.", StringComparison.Ordinal) == true ? $"{type.Namespace["HeadlessPro.Contracts.".Length..]}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
