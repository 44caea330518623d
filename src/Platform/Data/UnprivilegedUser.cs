using System.Runtime.Versioning;

namespace HeadlessPro.Platform.Data;

/// <summary>
/// Who runs PostgreSQL's programs, which refuse user 0. Started as root, they run as the owner of the data (at first: user postgres, else
/// nobody). Where that user could not reach the folders (a clone below /root), the one capability to look into folders goes along.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnprivilegedUser
{
    private readonly IReadOnlyList<string> _prefix;
    private readonly string? _owner;

    private UnprivilegedUser(IReadOnlyList<string> prefix, string? owner) => (_prefix, _owner) = (prefix, owner);

    /// <summary>The user for the data in <paramref name="pg"/>.</summary>
    public static async Task<UnprivilegedUser> For(string pg, PostgresBinaries binaries, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess) return new UnprivilegedUser([], null);
        if (Programs.OnPath("setpriv") is not { } setpriv)
            throw new StartException("PostgreSQL does not run as root, and setpriv (package util-linux) is not here. Start as an ordinary user, or set DATABASE_URL.");

        var owner = Directory.Exists(pg) ? await OwnerOf(pg, ct) : "0:0";
        if (owner.StartsWith("0:", StringComparison.Ordinal)) owner = FromPasswd("postgres") ?? FromPasswd("nobody") ?? "65534:65534";
        var ids = owner.Split(':');
        List<string> prefix = [setpriv, $"--reuid={ids[0]}", $"--regid={ids[1]}", "--clear-groups"];
        if (!EveryoneReaches(pg) || !EveryoneReaches(binaries.Path("postgres"))) prefix.AddRange(await LookIntoFolders(setpriv, pg, ct));
        var user = new UnprivilegedUser(prefix, owner);
        if (Directory.Exists(pg)) await user.TakeOver(pg, ct);
        return user;
    }

    /// <summary>The command, run as this user.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) => [.. _prefix, .. command];

    /// <summary>Gives a folder and all in it to this user.</summary>
    public async Task TakeOver(string folder, CancellationToken ct)
    {
        if (_owner is null || await OwnerOf(folder, ct) == _owner) return;
        await Programs.Run(["chown", "-R", "-P", "-h", _owner, folder], ct);
    }

    private static async Task<string> OwnerOf(string folder, CancellationToken ct) =>
        (await Programs.Run(["stat", "-c", "%u:%g", folder], ct)).Trim();

    private static string? FromPasswd(string user) =>
        File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == user) is { Length: > 3 } fields ? $"{fields[2]}:{fields[3]}" : null;

    private static bool EveryoneReaches(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(folder) && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }

    private static async Task<IReadOnlyList<string>> LookIntoFolders(string setpriv, string pg, CancellationToken ct)
    {
        foreach (var name in (string[])["dac_read_search", "dac_override"])
        {
            string[] arguments = [$"--inh-caps=-all,+{name}", $"--ambient-caps=-all,+{name}"];
            try
            {
                await Programs.Run([setpriv, .. arguments, "true"], ct);
                return arguments;
            }
            catch (StartException)
            {
                // This container does not have it; perhaps the next.
            }
        }

        throw new StartException(
            $"PostgreSQL does not run as root, and an ordinary user cannot reach {pg}. Choose a data folder everyone can reach with --data, or start as an ordinary user.");
    }
}
