using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// The job that takes the stock items of variants off sale that do not exist: deleted ones, and those whose writer died between making
/// their items and writing them.
/// </summary>
internal static class CheckStockItems
{
    public const string Name = "catalog.check_stock_items";

    /// <summary>Nobody who has made stock items is still about to write their variants after this.</summary>
    public static readonly TimeSpan LongestWrite = TimeSpan.FromHours(1);

    public static Task Enqueue(Transaction tx, IReadOnlyList<Guid> variants, DateTimeOffset at, CancellationToken ct) =>
        JobQueue.Enqueue(tx, Name, JsonSerializer.Serialize(variants, DraftJson.Default.IReadOnlyListGuid), at, key: null, ct);

    public static async Task Run(IServiceProvider services, string payload, CancellationToken ct)
    {
        var ids = JsonSerializer.Deserialize(payload, DraftJson.Default.IReadOnlyListGuid)!.ToArray();
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        var gone = (await connection.QueryAsync<Guid>(new CommandDefinition("""
            select w.id from unnest(@ids) as w (id) where not exists (select 1 from catalog.variants v where v.id = w.id and v.deleted_at is null)
            """, new { ids }, cancellationToken: ct))).AsList();
        if (gone.Count == 0) return;
        if ((await services.GetRequiredService<IInventory>().RemoveItems(new RemoveItems(gone), ct)).Error is { } error) throw new InvalidOperationException(error.Message);
    }
}
