using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
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
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@LockKey)", new { LockKey }, cancellationToken: ct));
        try
        {
            await connection.ExecuteAsync(new CommandDefinition("""
                create schema if not exists platform;
                create table if not exists platform.migrations (
                    module text not null,
                    number int not null,
                    name text not null,
                    checksum text not null,
                    applied_at timestamptz not null default now(),
                    primary key (module, number))
                """, cancellationToken: ct));
            var applied = (await connection.QueryAsync<Applied>(new CommandDefinition(
                "select module, number, name, checksum from platform.migrations", cancellationToken: ct))).ToList();
            foreach (var (module, assembly) in modules)
                await MigrateModule(connection, module, Load(assembly), applied.Where(a => a.Module == module).ToList(), ct);
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }

        // Extensions and types made by a migration are unknown to connections opened before it.
        await source.ReloadTypesAsync(ct);
    }

    private static async Task MigrateModule(
        NpgsqlConnection connection, string module, IReadOnlyList<Migration> known, IReadOnlyList<Applied> applied, CancellationToken ct)
    {
        foreach (var old in applied)
        {
            var migration = known.FirstOrDefault(m => m.Number == old.Number)
                ?? throw new MigrationException(
                    $"The database is newer than this program: module {module} has migration {old.Name}, which this program does not know. Start a newer release.");
            if (migration.Checksum != old.Checksum)
                throw new MigrationException($"Migration {old.Name} of module {module} was changed after it had been applied. Add a new migration instead.");
        }

        foreach (var migration in known.Where(m => applied.All(a => a.Number != m.Number)).OrderBy(m => m.Number))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using (var command = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
                await command.ExecuteNonQueryAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into platform.migrations (module, number, name, checksum) values (@Module, @Number, @Name, @Checksum)",
                new { Module = module, migration.Number, migration.Name, migration.Checksum }, transaction, cancellationToken: ct));
            await transaction.CommitAsync(ct);
        }
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

    [GeneratedRegex(@"(?<number>\d{4})_[a-z0-9_]+(?=\.sql$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResourceName();

    private sealed record Migration(int Number, string Name, string Sql, string Checksum);

    private sealed record Applied(string Module, int Number, string Name, string Checksum);
}

/// <summary>The database cannot be brought to this program's version; the message is for the operator.</summary>
public sealed class MigrationException(string message) : Exception(message);
