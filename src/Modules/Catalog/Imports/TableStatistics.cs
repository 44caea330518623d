using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// Keeps the planner's idea of the tables up while an import fills them: it would still think them empty, and read them from end to end for
/// each batch, until the server's own turn comes. After batch 1, 2, 4, 8, …: as often as the tables double.
/// </summary>
internal static class TableStatistics
{
    public static async Task Refresh(NpgsqlConnection connection, int batches, CancellationToken ct)
    {
        if (!int.IsPow2(batches)) return;
        await using var command = new NpgsqlCommand("""
            analyze catalog.products, catalog.options, catalog.option_values, catalog.variants, catalog.variant_values, catalog.prices, catalog.images,
                catalog.product_tags, catalog.product_channels, catalog.product_categories
            """, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
