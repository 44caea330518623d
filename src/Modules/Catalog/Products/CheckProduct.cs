using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// The rules of a product as a whole: every variant has exactly one value for every option, of those the option has; no two variants have the
/// same values; no SKU, barcode or handle twice in what is saved together.
/// </summary>
internal static class CheckProduct
{
    /// <summary>Checks one product and answers which value row each variant links.</summary>
    public static List<VariantValueLink> Whole(ProductDraft draft)
    {
        var links = new List<VariantValueLink>();
        var combinations = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < draft.Variants.Count; i++)
        {
            var variant = draft.Variants[i];
            var path = Checked.At(variant.Touched ? variant.Path : Checked.At(draft.Path, "variants", i), "options");
            var unknown = variant.Options.Keys.FirstOrDefault(title => draft.Options.TrueForAll(o => o.Title != title));
            if (unknown is not null) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' names an option the product does not have: '{unknown}'");

            var values = new List<string>();
            foreach (var option in draft.Options)
            {
                if (!variant.Options.TryGetValue(option.Title, out var text))
                    throw CatalogErrors.Invalid(
                        $"Invalid request: Field '{Checked.At(path, option.Title)}' is required: variant '{variant.Title}' needs a value for every option of its product");
                var value = option.Values.Find(v => v.Value == text)
                    ?? throw CatalogErrors.Invalid($"Invalid request: Value for field '{Checked.At(path, option.Title)}' is not one of the option's values, got: '{text}'");
                links.Add(new VariantValueLink(variant.Id, option.Id, value.Id));
                values.Add($"{option.Title}: {text}");
            }

            if (!combinations.Add(string.Join('\u001f', values)))
                throw new ErrorException(CatalogErrors.Taken("Product variant", "options", values.Count > 0 ? string.Join(", ", values) : "none"));
        }

        return links;
    }

    /// <summary>Refuses a handle, SKU or barcode that is there twice in one request.</summary>
    public static void NotTwice(IReadOnlyList<ProductDraft> drafts)
    {
        Once("Product", "handle", drafts.Select(d => d.Fields.Handle));
        Once("Product variant", "sku", drafts.SelectMany(d => d.Variants).Select(v => v.Sku));
        Once("Product variant", "barcode", drafts.SelectMany(d => d.Variants).Select(v => v.Barcode));
    }

    private static void Once(string what, string field, IEnumerable<string?> values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
            if (value is not null && !seen.Add(value)) throw new ErrorException(CatalogErrors.Taken(what, field, value));
    }
}
