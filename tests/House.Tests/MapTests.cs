using System.Text;
using System.Text.RegularExpressions;
using HeadlessPro.Platform.Modules;

namespace HeadlessPro.House.Tests;

/// <summary><c>docs/map.md</c> says what the sources say.</summary>
public sealed class MapTests
{
    private const string Map = "docs/map.md";

    [Fact]
    public void The_table_of_modules_is_true()
    {
        var table = new StringBuilder("""
            | Module | Schema | Role | Offers | Needs | Publishes | Hears |
            |---|---|---|---|---|---|---|

            """);
        foreach (var module in Product.Modules)
        {
            var sources = Product.SourcesOf(module);
            var publishes = Product.Events.Where(e => Regex.IsMatch(sources, $@"\bnew {e.Type.Name}\(")).Select(e => e.Name);
            var hears = Product.Events.Where(e => Regex.IsMatch(sources, $@"\bAddSubscriber<{e.Type.Name}>")).Select(e => e.Name);
            var schema = Clone.Files(Product.FolderOf(module), "*.sql").Any(f => Clone.Text(f).Contains($"create schema {module.Name}", StringComparison.Ordinal)) ? module.Name : "";
            table.Append($"| {module.Name} | {schema} | {module.Role} | {List(module.Offers.Select(c => c.Name))} | {List(module.Needs.Select(c => c.Name))} ");
            table.Append($"| {List(publishes)} | {List(hears)} |\n");
        }

        var text = Clone.Text(Map);
        const string begin = "<!-- modules: written by House.Tests -->\n", end = "<!-- end -->";
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= begin.Length && to > from, $"{Map} has no table of modules between its marks.");
        Clone.AssertCommitted(Map, text[..from] + table + text[to..]);
    }

    [Fact]
    public void Every_event_has_one_publisher_and_it_is_the_module_whose_folder_holds_it()
    {
        var wrong = new List<string>();
        foreach (var (name, type) in Product.Events)
        {
            var owner = type.Namespace!.Split('.')[^1].ToLowerInvariant();
            var publishers = Product.Modules.Where(m => Regex.IsMatch(Product.SourcesOf(m), $@"\bnew {type.Name}\(")).Select(m => m.Name);
            wrong.AddRange(publishers.Where(p => p != owner).Select(p => $"{name} is published by {p}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void It_names_every_project_and_it_fits_on_a_page()
    {
        var text = Clone.Text(Map);
        Assert.Empty(Clone.Files("src", "*.csproj").Select(p => Path.GetFileNameWithoutExtension(p)).Where(p => !text.Contains(p, StringComparison.OrdinalIgnoreCase)));
        Assert.True(Clone.Lines(Map).Length <= 90, "The map is longer than a page.");
    }

    private static string List(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal).Select(n => $"`{n}`"));
}
