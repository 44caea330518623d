using System.Text.RegularExpressions;

namespace HeadlessPro.House.Tests;

/// <summary>The clone these tests were built from: its files, read as text.</summary>
internal static class Clone
{
    public static string Root { get; } = FindRoot();

    /// <summary>Whether files that are kept true by a test are written anew instead of compared.</summary>
    public static bool Write => Environment.GetEnvironmentVariable("HEADLESSPRO_WRITE") == "1";

    /// <summary>Files below a folder of the clone, as paths relative to its root, without what a build made.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Where(f => !Regex.IsMatch(f, "/(obj|bin|node_modules)/"))
            .Order(StringComparer.Ordinal)
            .ToList();

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>Compares a committed file with what it ought to say; writes it when <see cref="Write"/>.</summary>
    public static void AssertCommitted(string file, string expected)
    {
        var path = Path.Combine(Root, file);
        if (Write) File.WriteAllText(path, expected);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == expected,
            $"{file} is not what the sources say. If the change is meant: HEADLESSPRO_WRITE=1 dotnet run --project tests/House.Tests\n{Difference(path, expected)}");
    }

    private static string Difference(string path, string expected)
    {
        var committed = File.Exists(path) ? File.ReadAllLines(path) : [];
        var now = expected.Split('\n');
        return string.Join('\n', committed.Except(now).Take(20).Select(l => "- " + l).Concat(now.Except(committed).Take(20).Select(l => "+ " + l)));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "HeadlessPro.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
