using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>
/// A PostgreSQL of our own, as a child process, for whoever has none: real, durable, nothing to install.
/// <code>
/// LOCK      one host per data folder; the kernel lets go of the lock however the host ends
/// BINARIES  of the machine when 15 or newer (the version that made the folder), else from npm
/// CREATE    initdb beside, then renamed: a data folder is whole or not there
/// START     under a shell that waits for the end of its input, which is the end of this process by any cause: then a fast shutdown
/// </code>
/// It listens on a socket in a folder that only its owner may enter, on no port.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>Superuser and database, both.</summary>
    public const string Name = "headlesspro";

    // The shell ignores a terminal's signals, and pg_ctl gives the server a session of its own: Ctrl-C reaches the host alone, which
    // lets its requests finish first. A server that outlived its shell is shut down, then started with today's settings.
    private const string Supervisor = """
        trap '' INT TERM HUP QUIT
        if [ "$4" = running ]; then "$1" stop -s -D "$2" -m fast -t 300; fi
        "$1" start -s -w -t 300 -D "$2" -l "$3" || exit 1
        echo ready
        read -r _
        exec "$1" stop -s -D "$2" -m fast -t 300
        """;

    private const string SettingsFile = "headlesspro.conf";

    private readonly FileStream _lock;
    private readonly Process _shell;

    private PrivatePostgres(FileStream @lock, Process shell, string connectionString) =>
        (_lock, _shell, ConnectionString) = (@lock, shell, connectionString);

    /// <summary>Npgsql's, for the database <see cref="Name"/>.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts the server on a data folder, which is made when it is not there. Throws <see cref="StartException"/>.</summary>
    /// <param name="dataFolder">Holds <c>pg/</c> (PostgreSQL's own), <c>run/</c> (socket and log) and <c>lock</c>.</param>
    /// <param name="toolsFolder">Where binaries from npm are kept.</param>
    /// <param name="durable">False only for tests: a crash of the machine may lose or spoil everything.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<PrivatePostgres> Start(string dataFolder, string toolsFolder, bool durable, CancellationToken ct)
    {
        var data = Path.GetFullPath(dataFolder);
        var @lock = Lock(data);
        try
        {
            var pg = Path.Combine(data, "pg");
            var binaries = await PostgresBinaries.Find(VersionOf(pg), pg, toolsFolder, ct);
            var user = await UnprivilegedUser.For(pg, binaries, ct);
            var run = await MakeSocketFolder(data, user, ct);
            if (!Directory.Exists(pg)) await Create(pg, binaries, user, durable, ct);
            await File.WriteAllTextAsync(Path.Combine(pg, SettingsFile), Settings(run, durable), ct);

            var shell = await StartServer(pg, run, binaries, user, ct);
            return new PrivatePostgres(@lock, shell, ConnectionTo(run));
        }
        catch
        {
            await @lock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Npgsql's, for the server that another host runs on the data folder now; null when none does.</summary>
    public static string? Running(string dataFolder)
    {
        var data = Path.GetFullPath(dataFolder);
        if (!Directory.Exists(Path.Combine(data, "pg")) || !StillRuns(Path.Combine(data, "pg"))) return null;
        return ConnectionTo(SocketFolder(data));
    }

    /// <summary>A fast shutdown; returns when the server has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
        await _lock.DisposeAsync();
    }

    private static string ConnectionTo(string run) => new NpgsqlConnectionStringBuilder { Host = run, Username = Name, Database = Name }.ConnectionString;

    private static FileStream Lock(string data)
    {
        try
        {
            Directory.CreateDirectory(data);
            return new FileStream(Path.Combine(data, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException && e.Message.Contains("another process", StringComparison.Ordinal))
        {
            throw new StartException($"The data folder {data} is in use by another headlesspro. Stop that one, choose another folder with --data, or give both one database with DATABASE_URL.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {data} is not writable: {e.Message} Choose another with --data.");
        }
    }

    private static int? VersionOf(string pg)
    {
        if (!Directory.Exists(pg)) return null;
        try
        {
            return int.Parse(File.ReadAllText(Path.Combine(pg, "PG_VERSION")), CultureInfo.InvariantCulture);
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartException($"The database in {pg} belongs to another user. Start as that user, or choose another folder with --data.");
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new StartException($"{pg} is not a folder of PostgreSQL. Move it away, or choose another data folder with --data.");
        }
    }

    // A socket's path may have 107 bytes at most, whatever the depth of the data folder.
    private static string SocketFolder(string data)
    {
        var run = Path.Combine(data, "run");
        return run.Length <= 80 ? run : Path.Combine(Path.GetTempPath(), $"headlesspro-{Environment.UserName}-{StableHash(data):x16}");
    }

    private static async Task<string> MakeSocketFolder(string data, UnprivilegedUser user, CancellationToken ct)
    {
        var run = SocketFolder(data);
        try
        {
            Directory.CreateDirectory(run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await user.TakeOver(run, ct);
            var log = new FileInfo(Path.Combine(run, "postgres.log"));
            if (log is { Exists: true, Length: > 10_000_000 }) log.Delete();
            return run;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The folder {run} is not writable: {e.Message} Choose another data folder with --data.");
        }
    }

    private static ulong StableHash(string text) =>
        BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static async Task Create(string pg, PostgresBinaries binaries, UnprivilegedUser user, bool durable, CancellationToken ct)
    {
        var unfinished = pg + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await user.TakeOver(unfinished, ct);
        string[] locale = OperatingSystem.IsLinux() ? ["--locale=C.UTF-8"] : [];
        await Programs.Run(user.Command([binaries.Path("initdb"), "-D", unfinished, "-U", Name, "-A", "trust", "-E", "UTF8", "--no-instructions",
            .. locale, durable ? "--data-checksums" : "--no-sync"]), ct);
        await Programs.Run(user.Command(binaries.Path("postgres"), "--single", "-D", unfinished, "postgres"), ct, $"create database {Name}\n");
        await File.AppendAllTextAsync(Path.Combine(unfinished, "postgresql.conf"), $"\ninclude_if_exists = '{SettingsFile}'\n", ct);
        Directory.Move(unfinished, pg);
    }

    private static string Settings(string run, bool durable) => $"""
        # Written anew at each start. Change settings with "alter system".
        listen_addresses = ''
        unix_socket_directories = '{run.Replace("'", "''", StringComparison.Ordinal)}'
        unix_socket_permissions = 0700
        port = 5432
        max_connections = {(durable ? 200 : 500)}
        shared_buffers = 128MB
        random_page_cost = 1.1
        jit = off
        timezone = 'UTC'
        log_min_messages = warning
        fsync = {(durable ? "on" : "off")}
        full_page_writes = {(durable ? "on" : "off")}
        synchronous_commit = {(durable ? "on" : "off")}

        """;

    private static async Task<Process> StartServer(
        string pg, string run, PostgresBinaries binaries, UnprivilegedUser user, CancellationToken ct)
    {
        var running = StillRuns(pg) ? "running" : "no";
        // What a killed server leaves of its socket names a process that may be another by now.
        if (running == "no") File.Delete(Path.Combine(run, ".s.PGSQL.5432.lock"));
        var log = Path.Combine(run, "postgres.log");
        var shell = Programs.Begin(user.Command("/bin/sh", "-c", Supervisor, "headlesspro-postgres", binaries.Path("pg_ctl"), pg, log, running));
        var errors = shell.StandardError.ReadToEndAsync(ct);
        if (await shell.StandardOutput.ReadLineAsync(ct) == "ready") return shell;
        await shell.WaitForExitAsync(ct);
        throw new StartException($"PostgreSQL does not start: {LastComplaint(log) ?? OneLine(await errors)}. Its log: {log}");
    }

    /// <summary>Whether a server still runs on the folder. A pid file whose number another process has by now is removed: PostgreSQL would refuse to start.</summary>
    private static bool StillRuns(string pg)
    {
        var file = Path.Combine(pg, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid)) return false;
        if (!OperatingSystem.IsLinux()) return true;
        var commandLine = $"/proc/{pid}/cmdline";
        // No such process: the server itself tells whether something is left of its predecessor.
        if (!File.Exists(commandLine)) return false;
        var arguments = File.ReadAllText(commandLine).Split('\0');
        if (arguments[0].EndsWith("postgres", StringComparison.Ordinal) && arguments.Contains(pg)) return true;
        File.Delete(file);
        return false;
    }

    private static string? LastComplaint(string log)
    {
        if (!File.Exists(log)) return null;
        var line = File.ReadLines(log).LastOrDefault(l => l.Contains("FATAL:", StringComparison.Ordinal));
        return line?[(line.IndexOf("FATAL:", StringComparison.Ordinal) + 6)..].Trim();
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
