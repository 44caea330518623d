using System.Text.RegularExpressions;
using HeadlessPro.Platform.Modules;

namespace HeadlessPro.House.Tests;

/// <summary>What every module is: closed but for its front door, alone in its schema, described on half a page.</summary>
public sealed class ModuleTests
{
    [Fact]
    public void Everything_in_a_module_is_internal_but_its_front_door() =>
        Assert.Empty(Product.ModuleAssemblies.SelectMany(a => a.GetExportedTypes()
            .Where(t => t.Name != a.GetName().Name!.Split('.')[^1] + "Module").Select(t => t.FullName)));

    [Fact]
    public void A_module_s_sql_stays_in_its_own_schema()
    {
        var wrong = new List<string>();
        foreach (var module in Product.Modules)
        {
            var foreign = Foreign(Product.Modules.Select(m => m.Name).Where(n => n != module.Name));
            foreach (var file in Clone.Files(Product.FolderOf(module), "*.cs").Concat(Clone.Files(Product.FolderOf(module), "*.sql")))
                wrong.AddRange(Matches(foreign, file));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_platform_knows_no_module_s_schema()
    {
        var foreign = Foreign(Product.Modules.Select(m => m.Name));
        Assert.Empty(Clone.Files("src/Platform", "*.cs").Concat(Clone.Files("src/Platform", "*.sql")).SelectMany(f => Matches(foreign, f)));
    }

    [Fact]
    public void Migrations_create_no_schema_but_the_module_s_own() =>
        Assert.Empty(Product.Modules.SelectMany(m => Clone.Files(Product.FolderOf(m), "*.sql")
            .Where(f => Regex.Matches(Clone.Text(f), @"create schema (?:if not exists )?(\w+)", RegexOptions.IgnoreCase).Any(s => s.Groups[1].Value != m.Name))));

    [Fact]
    public void Every_module_has_a_readme_of_at_most_40_lines()
    {
        var readmes = Product.Modules.Select(m => $"{Product.FolderOf(m)}/README.md").ToList();
        Assert.Empty(readmes.Where(r => !File.Exists(Path.Combine(Clone.Root, r))));
        Assert.Empty(readmes.Where(r => Clone.Lines(r).Length > 40));
    }

    [Fact]
    public void Wire_records_have_names_of_their_own_over_the_whole_product() =>
        Assert.Empty(Product.ModuleAssemblies.SelectMany(Product.Written)
            .Where(t => Regex.IsMatch(t.Name, "(Request|Response)$"))
            .GroupBy(t => t.Name).Where(g => g.Count() > 1).Select(g => string.Join(" and ", g.Select(t => t.FullName))));

    [Fact]
    public void No_interface_of_a_module_has_only_one_implementation() =>
        Assert.Empty(Product.ModuleAssemblies.SelectMany(a => Product.Written(a).Where(t => t.IsInterface && !t.Name.EndsWith("Provider", StringComparison.Ordinal)
            && Product.Written(a).Count(c => c.IsClass && c.GetInterfaces().Contains(t)) == 1).Select(t => t.FullName)));

    private static Regex Foreign(IEnumerable<string> schemas) =>
        new($@"\b(from|join|into|update|references|lateral|truncate|table)\s+({string.Join('|', schemas)})\.\w+", RegexOptions.IgnoreCase);

    private static IEnumerable<string> Matches(Regex foreign, string file) =>
        Clone.Lines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)).SelectMany(l => foreign.Matches(l)).Select(m => $"{file}: {m.Value}");
}
