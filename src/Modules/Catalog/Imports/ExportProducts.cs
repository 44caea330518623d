using System.Globalization;
using CsvHelper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// Products as a file that an import takes back unchanged: Shopify's columns and ours, one row for each variant, further rows for further
/// images. Streamed, some hundred products at a time, in the order they were made.
/// </summary>
internal static class ExportProducts
{
    private const int PageSize = 250;

    private static readonly Column[] FixedColumns =
    [
        Column.Handle, Column.Title, Column.Subtitle, Column.Description, Column.Vendor, Column.Type, Column.Tags, Column.Status, Column.Collection,
        Column.Category, Column.Option1Name, Column.Option1Value, Column.Option2Name, Column.Option2Value, Column.Option3Name, Column.Option3Value,
        Column.Sku, Column.VariantTitle, Column.Grams, Column.InventoryTracker, Column.InventoryQty, Column.InventoryPolicy, Column.RequiresShipping,
        Column.Barcode, Column.ImageSrc, Column.ImagePosition, Column.ImageAlt, Column.VariantImage, Column.GiftCard, Column.Discountable,
        Column.SeoTitle, Column.SeoDescription, Column.HsCode, Column.OriginCountry, Column.MidCode, Column.Material, Column.ExternalId,
        Column.Weight, Column.Length, Column.Height, Column.Width, Column.Metadata,
        Column.Ean, Column.Upc, Column.VariantHsCode, Column.VariantOriginCountry, Column.VariantMidCode, Column.VariantMaterial,
        Column.VariantLength, Column.VariantHeight, Column.VariantWidth, Column.VariantMetadata,
    ];

    public static async Task<IResult> Handle(ApiQuery query, Db db, IInventory inventory, ShopCurrency choice, HttpContext http, CancellationToken ct)
    {
        var given = query.Text("currency");
        var filter = new ListFilter("p.deleted_at is null").Where(query, ProductFilters.Staff);
        query.RejectUnknown();

        var currency = await choice.Choose(given, ct);
        var currencies = await ReadCurrencies(db, currency, ct);
        if (!(await inventory.GetLocations(new GetLocations(), ct)).Try(out var locations, out var unavailable)) return Reply.Error(unavailable);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers[HeaderNames.ContentDisposition] = "attachment; filename=products.csv";
        await using var writer = CsvWriter.Create(http.Response.Body, leaveOpen: true);
        string[] header =
        [
            .. FixedColumns.Select(c => ImportColumns.Names[c][0]), .. currencies.SelectMany(c => PriceHeaders(c, currency)),
            // The default location's pieces stand in Shopify's column.
            .. locations.Where(l => !l.IsDefault).Select(l => $"Stock / {l.Name}"),
        ];
        await writer.WriteRecordAsync(header, ct);
        await foreach (var page in ExportPages.Read(db, filter, PageSize, ct))
        {
            var variants = page.SelectMany(p => p.Variants).Select(v => v.Id).ToArray();
            if (!(await inventory.GetStock(new GetStock(variants), ct)).Try(out var stock, out var lost)) throw new InvalidOperationException(lost.Message);
            var pieces = stock.ToDictionary(s => (s.VariantId, s.LocationId), s => s.Stocked);
            foreach (var product in page)
                foreach (var row in RowsOf(product, currencies, locations, pieces))
                    await writer.WriteRecordAsync(Array.ConvertAll(row, FormulaMark.Add), ct);
        }

        await writer.FlushAsync(ct);
        return TypedResults.Empty;
    }

    private static IEnumerable<string[]> RowsOf(
        ExportedProduct product, IReadOnlyList<string> currencies, IReadOnlyList<LocationInfo> locations, Dictionary<(Guid, Guid), long> pieces)
    {
        for (var i = 0; i < Math.Max(1, Math.Max(product.Variants.Count, product.Images.Count)); i++)
        {
            var row = new string[FixedColumns.Length + currencies.Count * 2 + Math.Max(0, locations.Count - 1)];
            Array.Fill(row, "");
            for (var c = 0; c < FixedColumns.Length; c++)
            {
                var column = FixedColumns[c];
                row[c] = column == Column.Handle ? product.Cells[column]
                    : (i == 0 ? product.Cells.GetValueOrDefault(column) : null)
                        ?? product.Variants.ElementAtOrDefault(i)?.Cells.GetValueOrDefault(column)
                        ?? product.Images.ElementAtOrDefault(i)?.GetValueOrDefault(column) ?? "";
            }

            if (product.Variants.ElementAtOrDefault(i) is { } variant) FillVariant(row, variant, currencies, locations, pieces);
            yield return row;
        }
    }

    private static void FillVariant(
        string[] row, ExportedVariant variant, IReadOnlyList<string> currencies, IReadOnlyList<LocationInfo> locations, Dictionary<(Guid, Guid), long> pieces)
    {
        var next = FixedColumns.Length;
        foreach (var currency in currencies)
        {
            if (variant.Prices.TryGetValue(currency, out var price))
                (row[next], row[next + 1]) = (Major(price.Amount, currency), price.CompareAt is { } before ? Major(before, currency) : "");
            next += 2;
        }

        // Stock nobody counts is not in the file.
        var isCounted = variant.Cells[Column.InventoryTracker].Length > 0;
        foreach (var location in locations)
        {
            var text = isCounted && pieces.TryGetValue((variant.Id, location.Id), out var stocked) ? stocked.ToString(CultureInfo.InvariantCulture) : "";
            row[location.IsDefault ? Array.IndexOf(FixedColumns, Column.InventoryQty) : next++] = text;
        }
    }

    private static string Major(long minor, string currency) => Money.ToMajor(minor, currency).ToString("0.###", CultureInfo.InvariantCulture);

    private static string[] PriceHeaders(string currency, string? own) => currency == own
        ? [ImportColumns.Names[Column.Price][0], ImportColumns.Names[Column.CompareAt][0]]
        : [$"Price / {currency.ToUpperInvariant()}", $"Compare At / {currency.ToUpperInvariant()}"];

    private static async Task<List<string>> ReadCurrencies(Db db, string? own, CancellationToken ct)
    {
        var currencies = own is null ? new List<string>() : [own];
        await using var command = db.Command(
            $"select distinct r.currency_code from catalog.prices r where {ExportPages.OwnPrice} and r.currency_code is distinct from @own order by 1");
        command.Parameters.Add(new NpgsqlParameter("own", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)own ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) currencies.Add(reader.GetString(0));
        return currencies;
    }
}

internal sealed record ExportedProduct(Guid Id, Dictionary<Column, string> Cells, List<ExportedVariant> Variants, List<Dictionary<Column, string>> Images);

internal sealed record ExportedVariant(Guid Id, Dictionary<Column, string> Cells, Dictionary<string, (long Amount, long? CompareAt)> Prices);
