using System.Globalization;

namespace HeadlessPro.Bench;

/// <summary>Processor seconds used so far: by the server, its database, this process with its ended children, and everything on the machine.</summary>
internal readonly record struct CpuTimes(double Server, double Database, double Client, double Machine)
{
    public static CpuTimes operator -(CpuTimes a, CpuTimes b) =>
        new(a.Server - b.Server, a.Database - b.Database, a.Client - b.Client, a.Machine - b.Machine);
}

/// <summary>
/// The processes of a run, found in <c>/proc</c>: the server by the port it listens on, PostgreSQL by the server's connections to it.
/// Elsewhere than on Linux, or when the server is on another machine, nothing is found and nothing is reported.
/// </summary>
internal sealed class Processes
{
    private const double TicksPerSecond = 100;

    private readonly int _self = Environment.ProcessId;

    /// <summary>Looks for the two processes; what is given is not looked for.</summary>
    public Processes(Uri url, int? server, int? database)
    {
        if (!OperatingSystem.IsLinux()) return;
        Server = server ?? (url.IsLoopback ? ListenerOn(url.Port) : null);
        Database = database ?? (Server is { } pid ? PostmasterOf(pid) : null);
    }

    public int? Server { get; }

    /// <summary>The postmaster; its children count as the database too.</summary>
    public int? Database { get; }

    /// <summary>Memory of the server that is in use now, in MiB.</summary>
    public double? ServerMemory => Server is { } pid && Read(pid, "status").Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
        ? Math.Round(int.Parse(line[6..].Trim().Split(' ')[0], CultureInfo.InvariantCulture) / 1024.0, 1) : null;

    public CpuTimes Times()
    {
        if (!OperatingSystem.IsLinux()) return default;
        // user, nice, system, (idle, iowait,) irq, softirq
        var machine = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var busy = new[] { 1, 2, 3, 6, 7 }.Sum(i => double.Parse(machine[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
        return new CpuTimes(Server is { } server ? Used(server, false) : 0, Database is { } database ? UsedWithChildren(database) : 0, Used(_self, true), busy);
    }

    // Backends that ended are in the postmaster's account of its children.
    private static double UsedWithChildren(int postmaster) => Used(postmaster, true) + All().Where(p => ParentOf(p) == postmaster).Sum(p => Used(p, false));

    private static double Used(int pid, bool withEndedChildren)
    {
        // Fields after the command's name: state is the 1st, utime the 12th, stime, cutime, cstime.
        var stat = Fields(pid);
        return stat.Length < 15 ? 0 : stat[11..(withEndedChildren ? 15 : 13)].Sum(t => double.Parse(t, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static int? PostmasterOf(int server)
    {
        var postmasters = All().Where(p => IsPostgres(p) && !IsPostgres(ParentOf(p))).ToList();
        if (postmasters.Count <= 1) return postmasters.Count == 1 ? postmasters[0] : null;
        // A private one is started by the server with the name of its data folder, where it works.
        var commands = string.Join('\n', All().Where(p => p == server || ParentOf(p) == server).Select(p => Read(p, "cmdline").Replace('\0', ' ')));
        foreach (var postmaster in postmasters)
            if (new FileInfo($"/proc/{postmaster}/cwd").LinkTarget is { Length: > 1 } folder && commands.Contains(folder, StringComparison.Ordinal)) return postmaster;
        var sockets = SocketsOf(server);
        var ports = TcpTable().Where(t => sockets.Contains(t.Inode)).Select(t => t.RemotePort).ToHashSet();
        var listeners = TcpTable().Where(t => t.IsListening && ports.Contains(t.LocalPort)).Select(t => t.Inode).ToHashSet();
        return postmasters.Cast<int?>().FirstOrDefault(p => SocketsOf(p!.Value).Overlaps(listeners));
    }

    private static int? ListenerOn(int port)
    {
        var inodes = TcpTable().Where(t => t.IsListening && t.LocalPort == port).Select(t => t.Inode).ToHashSet();
        return All().Cast<int?>().FirstOrDefault(p => SocketsOf(p!.Value).Overlaps(inodes));
    }

    private static IEnumerable<(int LocalPort, int RemotePort, bool IsListening, string Inode)> TcpTable() =>
        new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(f => File.ReadLines(f).Skip(1)).Select(line =>
        {
            var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (Port(cells[1]), Port(cells[2]), cells[3] == "0A", cells[9]);
        });

    private static int Port(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static HashSet<string> SocketsOf(int pid)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Select(f => new FileInfo(f).LinkTarget ?? "")
                .Where(l => l.StartsWith("socket:[", StringComparison.Ordinal)).Select(l => l[8..^1]).ToHashSet();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return []; // Another user's, or ended by now.
        }
    }

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(p => p > 0);

    private static bool IsPostgres(int pid) => Read(pid, "comm").Trim() is "postgres" or "postmaster";

    private static int ParentOf(int pid) => Fields(pid) is { Length: > 1 } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    private static string[] Fields(int pid)
    {
        var stat = Read(pid, "stat");
        return stat.Length == 0 ? [] : stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
