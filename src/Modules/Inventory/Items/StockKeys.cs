using Dapper;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>
/// Keys under which stock was set. Setting is not repeatable by nature: between the first time and the second pieces are sold, and the old
/// count would bring them back.
/// </summary>
internal static class StockKeys
{
    /// <summary>True the first time, and without a key; a rival with the same key waits until this transaction has ended.</summary>
    public static async Task<bool> Take(Transaction tx, Guid? key, CancellationToken ct) =>
        key is null || await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into inventory.stock_keys (key) values (@key) on conflict (key) do nothing", new { key }, tx.Inner, cancellationToken: ct)) == 1;
}
