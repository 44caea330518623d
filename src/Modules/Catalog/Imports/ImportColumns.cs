using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog.Imports;

/// <summary>The columns of a product file that have one meaning; prices, stock and metadata come in any number beside them.</summary>
internal enum Column
{
    Handle, Title, Subtitle, Description, Vendor, Type, Tags, Published, Status, Collection, Category, GiftCard, Discountable,
    SeoTitle, SeoDescription, HsCode, OriginCountry, MidCode, Material, ExternalId, Weight, Length, Height, Width, Metadata,
    Option1Name, Option1Value, Option2Name, Option2Value, Option3Name, Option3Value,
    Sku, VariantTitle, Barcode, Ean, Upc, Grams, VariantWeight, WeightUnit, InventoryTracker, InventoryQty, InventoryPolicy,
    RequiresShipping, Price, CompareAt, VariantImage, VariantHsCode, VariantOriginCountry, VariantMidCode, VariantMaterial,
    VariantLength, VariantHeight, VariantWidth, VariantMetadata,
    ImageSrc, ImagePosition, ImageAlt,
}

/// <summary>Prices of one currency: where the price and the compare-at price stand, −1 when the file has no such column.</summary>
internal sealed record PriceColumns(string Currency, int Price, int CompareAt);

/// <summary>What each column of a file means, by its header: any order, any case, Shopify's names first, then ours.</summary>
internal sealed class ImportColumns
{
    /// <summary>The names of each column; the first is the one an export writes.</summary>
    public static readonly IReadOnlyDictionary<Column, string[]> Names = new Dictionary<Column, string[]>
    {
        [Column.Handle] = ["Handle", "URL handle"],
        [Column.Title] = ["Title"],
        [Column.Subtitle] = ["Subtitle"],
        [Column.Description] = ["Body (HTML)", "Description", "Body HTML"],
        [Column.Vendor] = ["Vendor"],
        [Column.Type] = ["Type", "Product Type"],
        [Column.Tags] = ["Tags"],
        [Column.Published] = ["Published", "Published on online store"],
        [Column.Status] = ["Status"],
        [Column.Collection] = ["Collection"],
        [Column.Category] = ["Category"],
        [Column.GiftCard] = ["Gift Card"],
        [Column.Discountable] = ["Discountable"],
        [Column.SeoTitle] = ["SEO Title"],
        [Column.SeoDescription] = ["SEO Description"],
        [Column.HsCode] = ["HS Code"],
        [Column.OriginCountry] = ["Origin Country"],
        [Column.MidCode] = ["MID Code"],
        [Column.Material] = ["Material"],
        [Column.ExternalId] = ["External ID"],
        [Column.Weight] = ["Weight"],
        [Column.Length] = ["Length"],
        [Column.Height] = ["Height"],
        [Column.Width] = ["Width"],
        [Column.Metadata] = ["Metadata"],
        [Column.Option1Name] = ["Option1 Name"],
        [Column.Option1Value] = ["Option1 Value"],
        [Column.Option2Name] = ["Option2 Name"],
        [Column.Option2Value] = ["Option2 Value"],
        [Column.Option3Name] = ["Option3 Name"],
        [Column.Option3Value] = ["Option3 Value"],
        [Column.Sku] = ["Variant SKU", "SKU"],
        [Column.VariantTitle] = ["Variant Title"],
        [Column.Barcode] = ["Variant Barcode", "Barcode"],
        [Column.Ean] = ["Variant EAN"],
        [Column.Upc] = ["Variant UPC"],
        [Column.Grams] = ["Variant Grams"],
        [Column.VariantWeight] = ["Variant Weight"],
        [Column.WeightUnit] = ["Variant Weight Unit"],
        [Column.InventoryTracker] = ["Variant Inventory Tracker", "Inventory tracker"],
        [Column.InventoryQty] = ["Variant Inventory Qty", "Inventory quantity"],
        [Column.InventoryPolicy] = ["Variant Inventory Policy", "Continue selling when out of stock"],
        [Column.RequiresShipping] = ["Variant Requires Shipping", "Requires shipping"],
        [Column.Price] = ["Variant Price", "Price"],
        [Column.CompareAt] = ["Variant Compare At Price", "Compare-at price", "Compare At"],
        [Column.VariantImage] = ["Variant Image", "Variant image URL"],
        [Column.VariantHsCode] = ["Variant HS Code"],
        [Column.VariantOriginCountry] = ["Variant Origin Country"],
        [Column.VariantMidCode] = ["Variant MID Code"],
        [Column.VariantMaterial] = ["Variant Material"],
        [Column.VariantLength] = ["Variant Length"],
        [Column.VariantHeight] = ["Variant Height"],
        [Column.VariantWidth] = ["Variant Width"],
        [Column.VariantMetadata] = ["Variant Metadata"],
        [Column.ImageSrc] = ["Image Src", "Product image URL"],
        [Column.ImagePosition] = ["Image Position"],
        [Column.ImageAlt] = ["Image Alt Text"],
    };

    /// <summary>Shopify's columns about a variant that have no field of ours: kept in its metadata, unless they say what is usual.</summary>
    private static readonly Dictionary<string, (string Key, string Usual)> KeptOfVariants = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Variant Fulfillment Service"] = ("fulfillment_service", "manual"),
        ["Variant Taxable"] = ("taxable", "true"),
        ["Variant Tax Code"] = ("tax_code", ""),
        ["Cost per item"] = ("cost_per_item", ""),
    };

    private static readonly Dictionary<string, Column> ByName =
        Names.SelectMany(n => n.Value.Select(name => (name, n.Key))).ToDictionary(p => p.name, p => p.Key, StringComparer.OrdinalIgnoreCase);

    private readonly int[] _index = new int[Names.Count];

    private ImportColumns(string[] headers)
    {
        Headers = headers;
        Array.Fill(_index, -1);
    }

    public string[] Headers { get; }

    /// <summary>Currencies with a column, the import's own first.</summary>
    public IReadOnlyList<PriceColumns> Prices { get; private set; } = [];

    /// <summary><c>Stock / Cape Town</c>: column and location name.</summary>
    public List<(int Index, string Location)> Stocks { get; } = [];

    /// <summary>Columns kept in the product's metadata, under a key.</summary>
    public List<(int Index, string Key)> ProductMetadata { get; } = [];

    /// <summary>Columns kept in the variant's metadata, under a key, unless the cell says what is usual.</summary>
    public List<(int Index, string Key, string Usual)> VariantMetadata { get; } = [];

    /// <summary>Columns nobody reads.</summary>
    public List<string> Ignored { get; } = [];

    /// <summary>Finds out what each header means; an error when products cannot be told apart, or a column comes twice.</summary>
    public static Result<ImportColumns> Parse(string[] headers, string? currency)
    {
        var columns = new ImportColumns(headers.Select(h => h.Trim()).ToArray());
        var prices = new Dictionary<string, PriceColumns>(StringComparer.Ordinal);
        for (var i = 0; i < headers.Length; i++)
        {
            var header = columns.Headers[i];
            if (header.Length == 0) continue;
            if (ByName.TryGetValue(header, out var column))
            {
                if (columns._index[(int)column] >= 0) return Twice(columns.Headers[columns._index[(int)column]], header);
                columns._index[(int)column] = i;
            }
            else if (TryCurrency(header, out var priced, out var isCompareAt))
            {
                var known = prices.GetValueOrDefault(priced) ?? new PriceColumns(priced, -1, -1);
                if ((isCompareAt ? known.CompareAt : known.Price) >= 0) return Twice(header, header);
                prices[priced] = isCompareAt ? known with { CompareAt = i } : known with { Price = i };
            }
            else if (KeptOfVariants.TryGetValue(header, out var kept)) columns.VariantMetadata.Add((i, kept.Key, kept.Usual));
            else if (After(header, "Stock") is { } location) columns.Stocks.Add((i, location));
            else if (After(header, "Variant Metafield") is { } variantKey) columns.VariantMetadata.Add((i, variantKey, ""));
            else if (After(header, "Metafield") is { } key) columns.ProductMetadata.Add((i, key));
            else if (header.StartsWith("Google Shopping / ", StringComparison.OrdinalIgnoreCase) || header.Contains("(product.metafields.", StringComparison.OrdinalIgnoreCase))
                columns.ProductMetadata.Add((i, header));
            else columns.Ignored.Add(header);
        }

        if (!columns.Has(Column.Handle))
            return Error.Invalid("The file has no column 'Handle': its first line must hold the column names, and each row the handle of its product.");
        var own = new PriceColumns(currency ?? "", columns._index[(int)Column.Price], columns._index[(int)Column.CompareAt]);
        if (currency is not null && prices.Remove(currency, out var named))
        {
            if ((named.Price >= 0 && own.Price >= 0) || (named.CompareAt >= 0 && own.CompareAt >= 0)) return Twice("Variant Price", $"Price / {currency.ToUpperInvariant()}");
            own = new PriceColumns(currency, Math.Max(own.Price, named.Price), Math.Max(own.CompareAt, named.CompareAt));
        }

        columns.Prices = [own, .. prices.Values];
        return columns;
    }

    public bool Has(Column column) => _index[(int)column] >= 0;

    public int IndexOf(Column column) => _index[(int)column];

    /// <summary>The column's name as the file writes it, else as we would.</summary>
    public string NameOf(Column column) => Has(column) ? Headers[_index[(int)column]] : Names[column][0];

    // «Price / EUR», «Compare At / EUR» and their longer forms.
    private static bool TryCurrency(string header, out string currency, out bool isCompareAt)
    {
        isCompareAt = false;
        currency = (After(header, "Price") ?? After(header, "Variant Price") ?? "").ToLowerInvariant();
        if (currency.Length == 0)
        {
            isCompareAt = true;
            currency = (After(header, "Compare At") ?? After(header, "Compare At Price") ?? After(header, "Variant Compare At Price") ?? "").ToLowerInvariant();
        }

        return currency.Length == 3 && currency.All(char.IsAsciiLetterLower);
    }

    private static string? After(string header, string name)
    {
        if (!header.StartsWith(name, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = header.AsSpan(name.Length).TrimStart();
        return rest.Length > 1 && rest[0] is '/' or ':' ? rest[1..].Trim().ToString() : null;
    }

    private static Error Twice(string first, string second) =>
        Error.Invalid($"The file has the column '{second}' twice{(first == second ? "" : $" (also as '{first}')")}: keep one of them.");
}
