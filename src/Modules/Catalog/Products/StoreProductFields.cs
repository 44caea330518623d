using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>What the store routes answer about products unasked.</summary>
internal static class StoreProductFields
{
    private static readonly string[] Defaults =
    [
        "title", "subtitle", "description", "handle", "is_giftcard", "discountable", "thumbnail", "collection_id", "type_id", "weight", "length",
        "height", "width", "hs_code", "origin_country", "mid_code", "material", "created_at", "updated_at", "type.*", "collection.*", "options.*",
        "options.values.*", "tags.*", "images.*", "variants.*", "variants.options.*", "variants.options.option.*",
    ];

    public static Fields Of(ApiQuery query)
    {
        var fields = query.Fields(Defaults);
        // A category names its parent, though a relation of a relation is not asked for by name.
        return fields.Wants("categories") ? Fields.Parse(query.Text("fields") + ",+categories.parent_category.id", Defaults) : fields;
    }
}
