using HeadlessPro.Contracts;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>For whom and when prices are chosen.</summary>
/// <param name="Currency">ISO 4217, lower case.</param>
/// <param name="RegionId">For prices of one region.</param>
/// <param name="Groups">Customer groups, for price lists with that rule.</param>
/// <param name="Now">For price lists with dates.</param>
internal sealed record PriceContext(string Currency, Guid? RegionId, IReadOnlyList<Guid> Groups, DateTimeOffset Now)
{
    /// <summary>The parameters of the statements in <see cref="PriceChoice"/>.</summary>
    public NpgsqlParameter[] Parameters() =>
    [
        new("currency", Currency),
        new("region", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)RegionId ?? DBNull.Value },
        new("groups", Groups.Select(g => WireId.Encode("cusgroup", g)).ToArray()),
        new("now", Now.ToUniversalTime()),
    ];

    /// <summary>Prices that could apply to variants; read them with <see cref="PriceChoice.ReadRow"/>.</summary>
    public NpgsqlBatchCommand OfVariants(Guid[] variants) => Command("r.variant_id = any (@ids)", variants);

    /// <summary>As <see cref="OfVariants"/>, for all variants of products.</summary>
    public NpgsqlBatchCommand OfProducts(Guid[] products) =>
        Command("r.variant_id in (select v.id from catalog.variants v where v.product_id = any (@ids) and v.deleted_at is null)", products);

    private NpgsqlBatchCommand Command(string condition, Guid[] ids)
    {
        var command = new NpgsqlBatchCommand($"""
            select {PriceChoice.Columns} from catalog.prices r
            {PriceChoice.ActiveList}
            where {condition} and {PriceChoice.Applies}
            """);
        command.Parameters.AddWithValue("ids", ids);
        command.Parameters.AddRange(Parameters());
        return command;
    }
}
