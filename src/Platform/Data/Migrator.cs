using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>
/// Applies <c>Migrations/NNNN_what.sql</c> of each module, forward only, each in a transaction, all under one advisory lock, so that
/// several hosts may start at once. Migrations must be safe while the previous release still runs.
/// </summary>
public static partial class Migrator
{
    private const long LockKey = 0x6865_6164_6c65_7373; // «headless»

    /// <summary>Brings the database up to date. Throws <see cref="MigrationException"/> when it is newer than this program.</summary>
    /// <param name="source">The database.</param>
    /// <param name="modules">Module name and the assembly with its migrations, in the order to apply.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task Migrate(NpgsqlDataSource source, IReadOnlyList<(string Module, Assembly Assembly)> modules, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var known = modules.Select(m => (m.Module, Migrations: Load(m.Assembly))).ToList();

        // The usual start finds nothing to do: one query, no lock.
        if (await ReadApplied(connection, ct) is { } now && known.All(k => Pending(k.Module, k.Migrations, now).Count == 0)) return;

        await Execute(connection, null, $"select pg_advisory_lock({LockKey})", ct);
        try
        {
            await Execute(connection, null, """
                create schema if not exists platform;
                create table if not exists platform.migrations (
                    module text not null,
                    number int not null,
                    name text not null,
                    checksum text not null,
                    applied_at timestamptz not null default now(),
                    primary key (module, number))
                """, ct);
            var applied = (await ReadApplied(connection, ct))!;
            foreach (var (module, migrations) in known)
                foreach (var migration in Pending(module, migrations, applied)) await Apply(connection, module, migration, ct);
        }
        finally
        {
            await Execute(connection, null, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }

        // Extensions and types made by a migration are unknown to connections opened before it.
        await source.ReloadTypesAsync(ct);
    }

    /// <summary>What is applied; null in a database that has never seen this program.</summary>
    private static async Task<List<Applied>?> ReadApplied(NpgsqlConnection connection, CancellationToken ct)
    {
        try
        {
            await using var command = new NpgsqlCommand("select module, number, name, checksum from platform.migrations", connection);
            await using var reader = await command.ExecuteReaderAsync(ct);
            var applied = new List<Applied>();
            while (await reader.ReadAsync(ct)) applied.Add(new Applied(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3)));
            return applied;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return null;
        }
    }

    private static List<Migration> Pending(string module, IReadOnlyList<Migration> known, IReadOnlyList<Applied> applied)
    {
        foreach (var old in applied.Where(a => a.Module == module))
        {
            var migration = known.FirstOrDefault(m => m.Number == old.Number)
                ?? throw new MigrationException(
                    $"The database is newer than this program: module {module} has migration {old.Name}, which this program does not know. Start a newer release.");
            if (migration.Checksum != old.Checksum)
                throw new MigrationException($"Migration {old.Name} of module {module} was changed after it had been applied. Add a new migration instead.");
        }

        return known.Where(m => !applied.Any(a => a.Module == module && a.Number == m.Number)).ToList();
    }

    private static async Task Apply(NpgsqlConnection connection, string module, Migration migration, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Execute(connection, transaction, migration.Sql, ct);
        await using (var command = new NpgsqlCommand("insert into platform.migrations (module, number, name, checksum) values ($1, $2, $3, $4)", connection, transaction))
        {
            command.Parameters.AddWithValue(module);
            command.Parameters.AddWithValue(migration.Number);
            command.Parameters.AddWithValue(migration.Name);
            command.Parameters.AddWithValue(migration.Checksum);
            await command.ExecuteNonQueryAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }

    private static async Task Execute(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static List<Migration> Load(Assembly assembly) =>
        assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: ResourceName().Match(resource)))
            .Where(r => r.match.Success)
            .Select(r =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(r.resource)!);
                var sql = reader.ReadToEnd();
                return new Migration(int.Parse(r.match.Groups["number"].Value), r.match.Groups[0].Value, sql,
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))[..16]);
            })
            .OrderBy(m => m.Number)
            .ToList();

    [GeneratedRegex(@"(?<number>\d{4})_[a-z0-9_]+(?=\.sql$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex ResourceName();

    private sealed record Migration(int Number, string Name, string Sql, string Checksum);

    private sealed record Applied(string Module, int Number, string Name, string Checksum);
}

/// <summary>The database cannot be brought to this program's version; the message is for the operator.</summary>
public sealed class MigrationException(string message) : Exception(message);
