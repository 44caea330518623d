using HeadlessPro.Host;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Tests.Support;

/// <summary>One PostgreSQL server per run, with one migrated template; each test class gets a database of its own from it.</summary>
public static class TestServer
{
    private static readonly string Run = $"hp_test_{Environment.ProcessId}";
    private static readonly Lazy<Task<string>> Template = new(MakeTemplate);
    private static int _databases;

    /// <summary>Connection string of a new, migrated, empty database.</summary>
    public static async Task<string> NewDatabase()
    {
        var template = await Template.Value;
        var name = $"{Run}_{Interlocked.Increment(ref _databases)}";
        await Execute($"create database {name} template {template}");
        return Server(name);
    }

    /// <summary>Drops a database, its connections included.</summary>
    public static Task Drop(string connectionString) =>
        Execute($"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    private static async Task<string> MakeTemplate()
    {
        var template = Run + "_template";
        await Execute($"drop database if exists {template} with (force)");
        await Execute($"create database {template}");
        await using (var source = NpgsqlDataSource.Create(Server(template))) await HostApp.Migrate(source);
        NpgsqlConnection.ClearAllPools();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Execute($"drop database if exists {template} with (force)").Wait(TimeSpan.FromSeconds(10));
        return template;
    }

    private static async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(Server("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    private static string Server(string database) => new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(
        Environment.GetEnvironmentVariable("HEADLESSPRO_TEST_PG") ?? throw new InvalidOperationException("Set HEADLESSPRO_TEST_PG.")))
    {
        Database = database,
        MaxPoolSize = 50,
        Pooling = database != "postgres",
    }.ConnectionString;
}
