using Dapper;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Catalog;

/// <summary>Sales channels for other modules: those of the ids that exist, or all.</summary>
internal static class FindSalesChannels
{
    public static async Task<IReadOnlyList<SalesChannelInfo>> Get(GetSalesChannels request, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<SalesChannelInfo>(new CommandDefinition("""
            select id, name, is_disabled, metadata::text from catalog.sales_channels
            where deleted_at is null and (@ids::uuid[] is null or id = any (@ids))
            """, new { ids = request.Ids?.ToArray() }, cancellationToken: ct))).AsList();
    }
}
