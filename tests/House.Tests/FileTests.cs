using System.Text.RegularExpressions;
using HeadlessPro.Host;

namespace HeadlessPro.House.Tests;

/// <summary>Sizes and names, so that every file can be read at one sitting and found by its name.</summary>
public sealed class FileTests
{
    private const int Longest = 400;
    private const int LongestInModule = 200;

    private static readonly string[] FoldersThatSayNothing =
        ["Commands", "Queries", "Handlers", "Dtos", "Models", "Services", "Helpers", "Utils", "Common", "Core", "Base", "Impl", "Shared", "Extensions"];

    [Fact]
    public void No_source_file_has_more_than_400_lines() =>
        Assert.Empty(Clone.Files("src", "*.cs").Concat(Clone.Files("bench", "*.cs")).Where(f => Clone.Lines(f).Length > Longest));

    [Fact]
    public void A_module_file_above_200_lines_has_a_reason_in_long_files()
    {
        var reasons = Clone.Lines("tests/House.Tests/long-files.txt").Where(l => l.Length > 0 && l[0] != '#')
            .ToDictionary(l => l.Split(' ')[0], l => l[l.IndexOf(' ', StringComparison.Ordinal)..].Trim());
        var tooLong = Clone.Files("src/Modules", "*.cs").Where(f => Clone.Lines(f).Length > LongestInModule).ToList();

        Assert.Empty(tooLong.Except(reasons.Keys));
        Assert.Empty(reasons.Where(r => r.Value.Length < 20).Select(r => r.Key));
        Assert.Empty(reasons.Keys.Except(tooLong));
    }

    [Fact]
    public void No_folder_is_named_after_a_kind_of_class() =>
        Assert.Empty(Clone.Files("src", "*.cs").Concat(Clone.Files("bench", "*.cs")).SelectMany(f => f.Split('/')[..^1]).Distinct().Intersect(FoldersThatSayNothing));

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Assert.Empty(Product.Types
            .Where(t => Regex.IsMatch(t.Name.Split('`')[0], "(Manager|Helper|Helpers|Utils|Util|Common|Core|Base|Impl|V2)$"))
            .Select(t => t.FullName));

    [Fact]
    public void No_regions_and_no_notes_to_self()
    {
        var marks = new Regex(@"^\s*#region\b|//.*\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b", RegexOptions.Multiline);
        Assert.Empty(new[] { "src", "bench", "tests" }.SelectMany(folder => Clone.Files(folder, "*.cs")).Where(f => marks.IsMatch(Clone.Text(f))));
    }

    /// <summary>What a busy machine makes slow is not wrong: a match that is given up is answered as a failure. Patterns are linear instead.</summary>
    [Fact]
    public void No_pattern_has_a_clock() =>
        Assert.Empty(Clone.Files("src", "*.cs").Where(f => Regex.IsMatch(Clone.Text(f), @"matchTimeout\w*:\s*\d|new Regex\([^;]*TimeSpan\.From")));

    [Fact]
    public void Program_is_under_80_lines() => Assert.True(Clone.Lines("src/Host/Program.cs").Length < 80);

    [Fact]
    public void Modules_do_not_need_each_other_in_a_circle() => Roles.RefuseCycles(ModuleTable.Modules);
}
