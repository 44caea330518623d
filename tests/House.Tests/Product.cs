using System.Reflection;
using System.Runtime.CompilerServices;
using HeadlessPro.Contracts;
using HeadlessPro.Host;
using HeadlessPro.Platform.Data;
using Module = HeadlessPro.Platform.Modules.Module;

namespace HeadlessPro.House.Tests;

/// <summary>The product's assemblies and types, as built.</summary>
internal static class Product
{
    public static IReadOnlyList<Module> Modules => ModuleTable.Modules;

    public static IReadOnlyList<Assembly> ModuleAssemblies { get; } = ModuleTable.Modules.Select(m => m.Assembly).Distinct().ToList();

    public static IReadOnlyList<Assembly> Assemblies { get; } =
        [typeof(HostApp).Assembly, typeof(IEvent).Assembly, typeof(Migrator).Assembly, .. ModuleAssemblies];

    /// <summary>Written types: none that a compiler or generator made.</summary>
    public static IEnumerable<Type> Types => Assemblies.SelectMany(Written);

    /// <summary>Records of events, by name on the wire.</summary>
    public static IReadOnlyList<(string Name, Type Type)> Events { get; } = typeof(IEvent).Assembly.GetTypes()
        .Where(t => t.IsClass && t.IsAssignableTo(typeof(IEvent)))
        .Select(t => ((string)t.GetProperty("Name", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!, t))
        .ToList();

    public static IEnumerable<Type> Written(Assembly assembly) => assembly.GetTypes()
        .Where(t => !t.Name.Contains('<', StringComparison.Ordinal) && t.Namespace?.StartsWith("HeadlessPro.", StringComparison.Ordinal) == true
            && t.GetCustomAttribute<CompilerGeneratedAttribute>() is null);

    /// <summary>The folder of a module's sources.</summary>
    public static string FolderOf(Module module) => $"src/Modules/{module.Assembly.GetName().Name!.Split('.')[^1]}";

    /// <summary>All sources of a module in one text.</summary>
    public static string SourcesOf(Module module) => string.Join('\n', Clone.Files(FolderOf(module), "*.cs").Select(Clone.Text));
}
