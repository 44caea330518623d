using System.Data.Common;
using System.Net.Sockets;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Host;

/// <summary>The host's database: the one at <c>DATABASE_URL</c>, else a private PostgreSQL in the data folder.</summary>
internal sealed class Database(NpgsqlDataSource source, IAsyncDisposable? server) : IAsyncDisposable
{
    private const int Oldest = 15;

    private bool _isDisposed;

    public NpgsqlDataSource Source { get; } = source;

    /// <summary>Opens it, up to date.</summary>
    public static async Task<Database> Open(IConfiguration configuration, CancellationToken ct)
    {
        var url = configuration["DATABASE_URL"];
        if (string.IsNullOrEmpty(url) && OperatingSystem.IsWindows()) throw new StartException("Set DATABASE_URL: a private PostgreSQL needs Linux or macOS.");
        if (string.IsNullOrEmpty(url) && configuration.GetValue("beside", false) && !OperatingSystem.IsWindows())
        {
            if (!Directory.Exists(Path.Combine(DataFolder(configuration), "pg")))
                throw new StartException($"There is no shop in {DataFolder(configuration)}: name its folder with --data, or its database with DATABASE_URL.");
            url = PrivatePostgres.Running(DataFolder(configuration));
        }

        var server = string.IsNullOrEmpty(url) && !OperatingSystem.IsWindows()
            ? await PrivatePostgres.Start(DataFolder(configuration), ToolsFolder(configuration), durable: true, ct)
            : null;
        var database = new Database(SourceOf(server?.ConnectionString ?? url!), server);
        try
        {
            await database.Prepare(ct);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public static string DataFolder(IConfiguration configuration) => Path.GetFullPath(configuration["data"] ?? ".data");

    /// <summary>May be called again: a start that fails lets go of what it made from both ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        await Source.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
    }

    private async Task Prepare(CancellationToken ct)
    {
        try
        {
            await using (var connection = await Source.OpenConnectionAsync(ct))
            {
                if (connection.PostgreSqlVersion.Major < Oldest)
                    throw new StartException($"The database at DATABASE_URL is PostgreSQL {connection.PostgreSqlVersion}; {Oldest} or newer is needed.");
            }

            await HostApp.Migrate(Source);
        }
        catch (NpgsqlException e) when (e is not PostgresException || e.SqlState is "3D000" or "28000" or "28P01" or "57P03" or "53300" || e.InnerException is SocketException)
        {
            var at = new NpgsqlConnectionStringBuilder(Source.ConnectionString);
            throw new StartException(
                $"The database {at.Database} at {at.Host}:{at.Port} cannot be reached: {(e as PostgresException)?.MessageText ?? e.InnerException?.Message ?? e.Message}. Check DATABASE_URL.");
        }
    }

    private static NpgsqlDataSource SourceOf(string url)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(url));
            // Spelled by Npgsql, so that each setting somebody gave is found under its one name.
            var given = new DbConnectionStringBuilder { ConnectionString = settings.ConnectionString };
            // Few connections, used hard: statements are planned once on each, and PostgreSQL's processes do not fight for the processors.
            if (!given.ContainsKey("Maximum Pool Size")) settings.MaxPoolSize = Math.Max(12, 4 + (4 * Environment.ProcessorCount));
            if (!given.ContainsKey("Max Auto Prepare")) (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (500, 2);
            // Lists of ids as parameters make PostgreSQL plan again at every execution, which costs more than the statement.
            // And what is asked often is in memory: an index is right as soon as a table has a few pages, not only once PostgreSQL has counted them.
            if (!given.ContainsKey("Options")) settings.Options = "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1";
            // Nobody leaves state on a connection: locks of sessions are given back by name, settings are `set local`.
            if (!given.ContainsKey("No Reset On Close")) settings.NoResetOnClose = true;
            // Looking for a Kerberos ticket loads its libraries in every host; who has one says so.
            if (!given.ContainsKey("GSS Encryption Mode")) settings.GssEncryptionMode = GssEncryptionMode.Disable;
            return NpgsqlDataSource.Create(settings.ConnectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StartException("DATABASE_URL cannot be read. Give it as postgres://user:password@host:port/database.");
        }
    }

    private static string ToolsFolder(IConfiguration configuration) =>
        configuration["HEADLESSPRO_TOOLS"] is { Length: > 0 } folder ? folder : Path.Combine(DataFolder(configuration), "tools");
}
