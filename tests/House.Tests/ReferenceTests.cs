using System.Text.RegularExpressions;

namespace HeadlessPro.House.Tests;

/// <summary>Which project may refer to which. Module to module: never.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void Projects_refer_only_where_they_may()
    {
        var wrong = new List<string>();
        foreach (var project in Clone.Files("src", "*.csproj").Concat(Clone.Files("bench", "*.csproj")))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var isModule = project.StartsWith("src/Modules/", StringComparison.Ordinal);
            string[]? allowed = isModule ? ["Platform", "Contracts"] : name switch
            {
                "Host" => null,
                "Gateway" => ["GraphQL", "Contracts", "Platform"],
                "Storefront" or "Admin" or "Cli" => ["Sdk"],
                "Platform" => ["Contracts"],
                _ => [],
            };
            if (allowed is null) continue;
            wrong.AddRange(References(project).Except(allowed).Select(r => $"{project} → {r}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Contracts_depend_on_no_package() =>
        Assert.DoesNotContain("PackageReference", Clone.Text("src/Contracts/Contracts.csproj"), StringComparison.Ordinal);

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Clone.Text("HeadlessPro.slnx");
        Assert.Empty(new[] { "src", "tests", "bench" }.SelectMany(folder => Clone.Files(folder, "*.csproj"))
            .Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal)));
    }

    // A module's references stand in Module.props, which its project imports.
    private static IEnumerable<string> References(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        var imported = Regex.Matches(Clone.Text(project), "<Import Project=\"([^\"]+)\"").Select(m => Path.GetRelativePath(Clone.Root, Path.Combine(Clone.Root, folder, m.Groups[1].Value)));
        return new[] { project }.Concat(imported)
            .SelectMany(file => Regex.Matches(Clone.Text(file), "<ProjectReference Include=\"([^\"]+)\"").Select(m => m.Groups[1].Value))
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')));
    }
}
