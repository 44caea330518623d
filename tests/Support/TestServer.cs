using System.Globalization;
using HeadlessPro.Host;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Tests.Support;

/// <summary>
/// One PostgreSQL server per run, with one migrated template; each test class gets a database of its own from it. The server is a private
/// one unless <c>HEADLESSPRO_TEST_PG</c> names another. What a killed run left behind is cleared by the next.
/// </summary>
public static class TestServer
{
    private static readonly string Prefix = $"hp_test_{Environment.MachineName.ToLowerInvariant().Replace('-', '_').Replace('.', '_')}_";
    private static readonly string Run = Prefix + Environment.ProcessId;
    private static readonly Lazy<Task<string>> ConnectionString = new(FindServer);
    private static readonly Lazy<Task<string>> Template = new(MakeTemplate);
    private static int _databases;

    /// <summary>Connection string of a new, migrated, empty database.</summary>
    public static async Task<string> NewDatabase()
    {
        var template = await Template.Value;
        return await Create($"template {template}");
    }

    /// <summary>Connection string of a new database with nothing in it.</summary>
    public static Task<string> NewEmptyDatabase() => Create("");

    /// <summary>Drops a database, its connections included.</summary>
    public static Task Drop(string connectionString) =>
        Execute($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    private static async Task<string> Create(string from)
    {
        var name = $"{Run}_{Interlocked.Increment(ref _databases)}";
        await Execute($"create database {name} {from}");
        return await On(name);
    }

    private static async Task<string> MakeTemplate()
    {
        var template = Run + "_template";
        await Execute($"drop database if exists {template} with (force)");
        await Execute($"create database {template}");
        await using (var source = NpgsqlDataSource.Create(await On(template))) await HostApp.Migrate(source);
        NpgsqlConnection.ClearAllPools();
        return template;
    }

    private static async Task<string> FindServer()
    {
        if (Environment.GetEnvironmentVariable("HEADLESSPRO_TEST_PG") is not { Length: > 0 } url) return await StartPrivate();
        var connectionString = DatabaseUrl.ToConnectionString(url);
        foreach (var left in await Databases(connectionString))
            if (!IsAlive(left[Prefix.Length..].Split('_')[0])) await Execute($"drop database if exists {left} with (force)", connectionString);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DropAll(connectionString).Wait(TimeSpan.FromSeconds(30));
        return connectionString;
    }

    private static async Task<string> StartPrivate()
    {
        if (OperatingSystem.IsWindows()) throw new InvalidOperationException("Set HEADLESSPRO_TEST_PG.");
        var folder = Path.Combine(Path.GetTempPath(), "headlesspro-test-");
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), "headlesspro-test-*"))
            if (!IsAlive(left[folder.Length..])) TryDelete(left);
        folder += Environment.ProcessId;
        var tools = Environment.GetEnvironmentVariable("HEADLESSPRO_TOOLS") ?? Path.Combine(Path.GetTempPath(), $"headlesspro-tools-{Environment.UserName}");
        var server = await PrivatePostgres.Start(folder, tools, durable: false, CancellationToken.None);
        IAsyncDisposable running = server;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            running.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(30));
            TryDelete(folder);
        };
        return server.ConnectionString;
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run clears it at this moment, or it belongs to another user.
        }
    }

    private static bool IsAlive(string processId)
    {
        if (!int.TryParse(processId, CultureInfo.InvariantCulture, out var id)) return true;
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task DropAll(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var name in await Databases(connectionString))
            if (name.StartsWith(Run + "_", StringComparison.Ordinal)) await Execute($"drop database if exists {name} with (force)", connectionString);
    }

    private static async Task<List<string>> Databases(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("select datname from pg_database where starts_with(datname, $1)");
        command.Parameters.AddWithValue(Prefix);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    private static async Task Execute(string sql, string? connectionString = null)
    {
        connectionString ??= await ConnectionString.Value;
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> On(string database) =>
        new NpgsqlConnectionStringBuilder(await ConnectionString.Value) { Database = database, MaxPoolSize = 50 }.ConnectionString;
}
