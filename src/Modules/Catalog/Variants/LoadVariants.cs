using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Variants of these ids in their order, with the relations the fields want.</summary>
internal static class LoadVariants
{
    public static readonly string[] Defaults =
    [
        "title", "sku", "barcode", "ean", "upc", "allow_backorder", "manage_inventory", "variant_rank", "product_id", "thumbnail", "hs_code",
        "origin_country", "mid_code", "material", "weight", "length", "height", "width", "created_at", "updated_at", "metadata",
        "product.id", "product.type_id", "options.*", "options.option.id", "images.*",
    ];

    /// <summary>The events that change an answer with these fields.</summary>
    public static IReadOnlyList<string> TopicsOf(Fields fields) => Shelf.TopicsOf(new ProductParts { Stock = fields.Wants("inventory_quantity") });

    public static async Task<List<VariantResponse>> Run(Guid[] ids, Fields fields, HttpContext http, ApiQuery query, Shelf shelf, CancellationToken ct)
    {
        var channels = http.Features.Get<Caller>()!.SalesChannelIds;
        var (wantsOptions, wantsImages) = (fields.Wants("options"), fields.Wants("images"));
        var context = fields.Wants("calculated_price") ? await shelf.Prices.ContextOf(query, ct) : null;
        await using var batch = shelf.Db.Batch();
        var products = Add(batch, ids, $"""
            select {StoreRows.Variant}, {StoreRows.Product} from unnest(@ids) with ordinality as wanted (id, place)
            join catalog.variants v on v.id = wanted.id and v.deleted_at is null
            join catalog.products p on p.id = v.product_id
            {StoreRows.Joins}
            where {Visibility.Condition(channels)} order by wanted.place
            """);
        Visibility.AddTo(products.Parameters, channels);
        if (wantsOptions) Add(batch, ids, $"""
            select vv.variant_id, {StoreRows.OptionValue}, {StoreRows.Option} from catalog.variant_values vv
            join catalog.option_values ov on ov.id = vv.option_value_id
            join catalog.options o on o.id = vv.option_id
            where vv.variant_id = any (@ids) order by o.rank, o.id
            """);
        if (wantsImages) Add(batch, ids, $"""
            select i.product_id, {StoreRows.Image} from catalog.images i
            where i.product_id in (select v.product_id from catalog.variants v where v.id = any (@ids)) order by i.rank, i.id
            """);
        if (context is not null) batch.BatchCommands.Add(context.Prices.OfVariants(ids));

        List<VariantResponse> variants;
        ILookup<Guid, PriceRow>? prices;
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            variants = await reader.ReadRows(ReadVariantWithProduct, ct);
            var options = wantsOptions ? await reader.NextRowsByKey(StoreRows.ReadOptionValueWithOption, ct) : null;
            var images = wantsImages ? await reader.NextRowsByKey(StoreRows.ReadImage, ct) : null;
            prices = context is null ? null : (await reader.NextRows(PriceChoice.ReadRow, ct)).ToLookup(p => p.VariantId);
            foreach (var variant in variants)
                (variant.Options, variant.Images) = (options?[variant.Key].ToList(), images?[variant.Product!.Key].ToList());
        }

        if (context is not null)
            await shelf.Prices.Apply(variants.Select(v => (v.Product!, (IReadOnlyList<VariantResponse>)[v])).ToList(), prices!, context, ct);
        if (fields.Wants("inventory_quantity")) await shelf.AddStock(variants, channels, ct);
        return variants;
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, Guid[] ids, string sql)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("ids", ids) } };
        batch.BatchCommands.Add(command);
        return command;
    }

    private static VariantResponse ReadVariantWithProduct(ref Row row)
    {
        var variant = StoreRows.ReadVariant(ref row);
        variant.Product = StoreRows.ReadProduct(ref row);
        return variant;
    }
}
