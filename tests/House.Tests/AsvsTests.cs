using System.Text.RegularExpressions;

namespace HeadlessPro.House.Tests;

/// <summary><c>docs/asvs.md</c> names tests that are there, and its summary counts its rows.</summary>
public sealed class AsvsTests
{
    private const string Page = "docs/asvs.md";

    // Of levels 1 and 2 in version 5.0.0.
    private const int Requirements = 253;

    [Fact]
    public void Every_test_it_names_is_there()
    {
        var sources = Clone.Files("tests", "*.cs").Select(Clone.Text).ToList();
        var named = Regex.Matches(Clone.Text(Page), @"`(\w+)\.([A-Z]\w*_\w+)`").Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).Distinct().ToList();
        Assert.True(named.Count > 80, $"only {named.Count} tests are named");
        Assert.Empty(named.Where(n => !sources.Exists(s => Regex.IsMatch(s, $@"\bclass {n.Class}\b") && Regex.IsMatch(s, $@"(Task|void) {n.Method}\("))));
    }

    [Fact]
    public void Every_requirement_stands_there_once_and_the_summary_counts_them()
    {
        var (section, rows) = ("", new List<(string Number, string Kind)>());
        foreach (var line in Clone.Lines(Page))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..];
            if (!Regex.IsMatch(line, @"^\| \d+\.\d+\.\d+")) continue;
            var cells = line.Split(" | ");
            var kind = section switch
            {
                "Gaps" => "Gaps",
                "Does not apply" => section,
                _ => cells[^1] == "reading |" ? "Met, shown by reading only" : "Met, shown by a test",
            };
            rows.AddRange(cells[0].TrimStart('|', ' ').Split(' ').Select(number => (number, kind)));
        }

        Assert.Equal(Requirements, rows.Count);
        Assert.Empty(rows.GroupBy(r => r.Number).Where(g => g.Count() > 1).Select(g => g.Key));
        foreach (var kind in rows.GroupBy(r => r.Kind))
            Assert.Contains(Clone.Lines(Page), line => line.StartsWith($"| {kind.Key} | ", StringComparison.Ordinal) && line.EndsWith($" | {kind.Count()} |", StringComparison.Ordinal));
    }
}
