using HeadlessPro.Contracts;
using Npgsql;

namespace HeadlessPro.Catalog.Prices;

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
}
