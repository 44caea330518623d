using HeadlessPro.Catalog.Products;
using Npgsql;

namespace HeadlessPro.Catalog.Prices;

/// <summary>Reads <see cref="PriceChoice.Columns"/>.</summary>
internal static class PriceRows
{
    public static async Task<ILookup<Guid, PriceRow>> Read(NpgsqlDataReader reader, CancellationToken ct)
    {
        var prices = new List<PriceRow>();
        while (await reader.ReadAsync(ct)) prices.Add(ReadOne(reader));
        return prices.ToLookup(p => p.VariantId);
    }

    private static PriceRow ReadOne(NpgsqlDataReader reader)
    {
        var row = new Row(reader);
        return new PriceRow(
            row.Guid(), row.Guid(), row.GuidOrNull(), row.TextOrNull(), row.GuidOrNull(), row.Long(), row.LongOrNull(), row.NumberOrNull(), row.NumberOrNull());
    }
}
