using Npgsql;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>Lets a rival in at a chosen step: it holds a lock, the shop comes to wait for it, the rival writes and commits.</summary>
internal static class Rival
{
    /// <summary>Waiting for an advisory lock.</summary>
    public const string WaitsForTurn = "exists (select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database()))";

    /// <summary>A transaction that has run this statement.</summary>
    public static async Task<NpgsqlTransaction> Hold(this HpApp app, string sql)
    {
        var connection = await app.Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await transaction.Execute(sql);
        return transaction;
    }

    public static async Task Execute(this NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits for a table somebody has locked.</summary>
    public static string WaitsForTable(string table) => $"exists (select from pg_locks where locktype = 'relation' and not granted and relation = '{table}'::regclass)";

    /// <summary>Comes back when the SQL condition is true.</summary>
    public static async Task Until(this HpApp app, string condition)
    {
        for (var i = 0; i < 800; i++)
        {
            if (await app.Scalar<bool>($"select {condition}")) return;
            await Task.Delay(25);
        }

        Assert.Fail($"Never became true: {condition}");
    }
}
