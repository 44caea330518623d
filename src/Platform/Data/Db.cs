using System.Data;
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

    /// <summary>Begins a transaction; without <see cref="Transaction.Commit(CancellationToken)"/> it is rolled back at the end of its scope.</summary>
    public async Task<Transaction> Begin(CancellationToken ct, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        var connection = await source.OpenConnectionAsync(ct);
        try
        {
            return new Transaction(connection, await connection.BeginTransactionAsync(isolation, ct));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
