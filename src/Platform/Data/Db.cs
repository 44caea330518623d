using System.Data;
using HeadlessPro.Platform.Audit;
using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>The database. Reads take a connection, writes a <see cref="Transaction"/> that carries its events along.</summary>
public sealed class Db(NpgsqlDataSource source)
{
    /// <summary>A pooled, open connection; dispose it soon.</summary>
    public ValueTask<NpgsqlConnection> Open(CancellationToken ct) => source.OpenConnectionAsync(ct);

    /// <summary>A command on a connection of its own, for a single statement.</summary>
    public NpgsqlCommand Command(string sql) => source.CreateCommand(sql);

    /// <summary>Several statements in one round trip on a connection of its own.</summary>
    public NpgsqlBatch Batch() => source.CreateBatch();

    /// <summary>
    /// Begins a transaction; without <see cref="Transaction.Commit(CancellationToken)"/> it is rolled back at the end of its scope. What staff change is
    /// changed in one: only there the database knows who it is, and writes it down. An import of thousands is not watched row by row, and recorded as one
    /// (<see cref="Transaction.Record"/>).
    /// </summary>
    /// <param name="ct">Cancellation.</param>
    /// <param name="isolation">Its isolation.</param>
    /// <param name="isWatched">Whether changes of rows are written to the audit log; where it is null, those that staff make.</param>
    public async Task<Transaction> Begin(CancellationToken ct, IsolationLevel isolation = IsolationLevel.ReadCommitted, bool? isWatched = null)
    {
        var connection = await source.OpenConnectionAsync(ct);
        try
        {
            var inner = await connection.BeginTransactionAsync(isolation, ct);
            var scope = AuditScope.Current;
            if (scope is not null && (isWatched ?? scope.IsWatched)) await Attribute(connection, inner, scope, ct);
            return new Transaction(connection, inner, scope);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // With the transaction the setting ends: the connection's next user inherits nothing.
    private static async Task Attribute(NpgsqlConnection connection, NpgsqlTransaction transaction, AuditScope scope, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select set_config('headlesspro.caller', $1, true)", connection, transaction);
        command.Parameters.Add(new() { Value = scope.Json });
        await command.ExecuteNonQueryAsync(ct);
    }
}
