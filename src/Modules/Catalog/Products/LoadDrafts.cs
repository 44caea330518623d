using Dapper;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// Reads products as drafts, in one round trip. A product that does not exist is missing. The version is read with the product's own row and
/// before its parts: what changes after that, saving notices.
/// </summary>
internal static class LoadDrafts
{
    private const string Statements = """
        select p.id, p.title, p.subtitle, p.description, p.handle, p.status, p.is_giftcard, p.discountable, p.thumbnail, p.collection_id, p.type_id,
            p.weight, p.length, p.height, p.width, p.hs_code, p.origin_country, p.mid_code, p.material, p.external_id, p.vendor,
            p.seo_title, p.seo_description, p.metadata, p.xmin::text as version
        from catalog.products p where p.id = any (@ids) and p.deleted_at is null order by p.id;
        select o.id, o.product_id, o.title, o.rank, o.metadata from catalog.options o where o.product_id = any (@ids) order by o.rank, o.id;
        select v.id, v.option_id, v.value, v.rank
        from catalog.option_values v join catalog.options o on o.id = v.option_id where o.product_id = any (@ids) order by v.rank, v.id;
        select v.id, v.product_id, v.title, v.sku, v.barcode, v.ean, v.upc, v.allow_backorder, v.manage_inventory, v.requires_shipping, v.hs_code,
            v.origin_country, v.mid_code, v.material, v.weight, v.length, v.height, v.width, v.rank, v.thumbnail, v.metadata
        from catalog.variants v where v.product_id = any (@ids) and v.deleted_at is null order by v.rank, v.id;
        select vv.variant_id, o.title, ov.value
        from catalog.variant_values vv
        join catalog.variants v on v.id = vv.variant_id and v.deleted_at is null
        join catalog.options o on o.id = vv.option_id
        join catalog.option_values ov on ov.id = vv.option_value_id
        where v.product_id = any (@ids) order by o.rank, o.id;
        select i.id, i.product_id, i.url, i.alt, i.rank, i.metadata from catalog.images i where i.product_id = any (@ids) order by i.rank, i.id;
        select r.variant_id, r.id
        from catalog.prices r join catalog.variants v on v.id = r.variant_id and v.deleted_at is null
        where v.product_id = any (@ids) and r.price_list_id is null
        """;

    public static async Task<Dictionary<Guid, ProductDraft>> Load(NpgsqlConnection connection, Guid[] ids, string path, CancellationToken ct)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition(Statements, new { ids }, cancellationToken: ct));
        var products = (await answers.ReadAsync<ProductFields>()).AsList();
        var options = (await answers.ReadAsync<OptionDraft>()).ToLookup(o => o.ProductId);
        var values = (await answers.ReadAsync<OptionValueDraft>()).ToLookup(v => v.OptionId);
        var variants = (await answers.ReadAsync<VariantDraft>()).ToLookup(v => v.ProductId);
        var chosen = (await answers.ReadAsync<(Guid VariantId, string Title, string Value)>()).ToLookup(v => v.VariantId);
        var images = (await answers.ReadAsync<ImageDraft>()).ToLookup(i => i.ProductId);
        var prices = (await answers.ReadAsync<(Guid VariantId, Guid Id)>()).ToLookup(p => p.VariantId, p => p.Id);

        return products.ToDictionary(p => p.Id, p =>
        {
            var draft = new ProductDraft(p) { Path = path, Images = [.. images[p.Id]], Options = [.. options[p.Id]], Variants = [.. variants[p.Id]] };
            foreach (var option in draft.Options) option.Values = [.. values[option.Id]];
            foreach (var variant in draft.Variants)
            {
                variant.KnownPrices = [.. prices[variant.Id]];
                foreach (var (_, title, value) in chosen[variant.Id]) variant.Options[title] = value;
            }

            return draft;
        });
    }
}
