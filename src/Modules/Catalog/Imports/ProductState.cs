namespace HeadlessPro.Catalog.Imports;

/// <summary>Plain columns of a table that a file can set: database name, column of the file, longest text (what staff may write, too).</summary>
internal static class PlainFields
{
    public static readonly (string Name, Column Column, int Longest)[] ProductTexts =
    [
        ("title", Column.Title, Longest.Title), ("subtitle", Column.Subtitle, Longest.Title), ("description", Column.Description, Longest.Description),
        ("vendor", Column.Vendor, Longest.Name), ("seo_title", Column.SeoTitle, Longest.Title), ("seo_description", Column.SeoDescription, Longest.Text),
        ("hs_code", Column.HsCode, Longest.Name), ("origin_country", Column.OriginCountry, Longest.Name), ("mid_code", Column.MidCode, Longest.Name),
        ("material", Column.Material, Longest.Name), ("external_id", Column.ExternalId, Longest.Name),
    ];

    public static readonly (string Name, Column Column)[] ProductNumbers =
        [("weight", Column.Weight), ("length", Column.Length), ("height", Column.Height), ("width", Column.Width)];

    public static readonly (string Name, Column Column, int Longest)[] VariantTexts =
    [
        ("ean", Column.Ean, Longest.Name), ("upc", Column.Upc, Longest.Name), ("hs_code", Column.VariantHsCode, Longest.Name),
        ("origin_country", Column.VariantOriginCountry, Longest.Name), ("mid_code", Column.VariantMidCode, Longest.Name), ("material", Column.VariantMaterial, Longest.Name),
    ];

    // Weight is not here: it comes in grams or with a unit.
    public static readonly (string Name, Column Column)[] VariantNumbers =
        [("length", Column.VariantLength), ("height", Column.VariantHeight), ("width", Column.VariantWidth)];
}

/// <summary>A product as it stands in the database, or will; a file's cells are laid over it.</summary>
internal sealed class ProductState(Guid id, string handle, bool isNew)
{
    public Guid Id { get; } = id;
    public string Handle { get; } = handle;
    public bool IsNew { get; } = isNew;

    /// <summary>Known only from an earlier part of the same file, in a run that writes nothing.</summary>
    public bool IsShadow { get; init; }

    public string?[] Texts { get; } = new string?[PlainFields.ProductTexts.Length];
    public decimal?[] Numbers { get; } = new decimal?[PlainFields.ProductNumbers.Length];
    public string Status { get; set; } = "published";
    public bool IsGiftcard { get; set; }
    public bool Discountable { get; set; } = true;
    public string? Thumbnail { get; set; }
    public Guid? CollectionId { get; set; }
    public Guid? TypeId { get; set; }

    /// <summary>JSON to lay over the metadata; null = nothing.</summary>
    public string? MetadataPatch { get; set; }

    /// <summary>What the file says of these, by name; null = it says nothing, empty = none.</summary>
    public string? Collection { get; set; }
    public string? Type { get; set; }
    public IReadOnlyList<string>? Tags { get; set; }
    public IReadOnlyList<string[]>? Categories { get; set; }

    public List<OptionState> Options { get; } = [];
    public List<VariantState> Variants { get; } = [];
    public List<ImageState> Images { get; } = [];

    /// <summary>The rows the product was planned from that are good.</summary>
    public List<CsvRow> Rows { get; } = [];

    public string Title => Texts[0] ?? Handle;

    /// <summary>The file gives the product another title.</summary>
    public bool IsRenamed { get; set; }
}

internal sealed class OptionState(Guid id, string title, int rank, bool isNew)
{
    public Guid Id { get; } = id;
    public string Title { get; set; } = title;
    public int Rank { get; } = rank;
    public bool IsNew { get; } = isNew;
    public Dictionary<string, Guid> Values { get; } = new(StringComparer.Ordinal);
    public HashSet<string> NewValues { get; } = new(StringComparer.Ordinal);
}

internal sealed class VariantState(Guid id, bool isNew)
{
    public Guid Id { get; } = id;
    public bool IsNew { get; } = isNew;

    /// <summary>The row of this file that speaks of it; 0 = none yet.</summary>
    public long Line { get; set; }

    public string Title { get; set; } = "";
    public string? Sku { get; set; }
    public string? Barcode { get; set; }
    public bool AllowBackorder { get; set; }
    public bool ManageInventory { get; set; } = true;
    public bool RequiresShipping { get; set; } = true;
    public int Rank { get; set; }
    public string? Thumbnail { get; set; }
    public decimal? Weight { get; set; }
    public string?[] Texts { get; } = new string?[PlainFields.VariantTexts.Length];
    public decimal?[] Numbers { get; } = new decimal?[PlainFields.VariantNumbers.Length];
    public string? MetadataPatch { get; set; }

    /// <summary>Option id → value.</summary>
    public Dictionary<Guid, string> Values { get; } = [];

    /// <summary>Currency → amount and compare-at amount, minor units; what the file says.</summary>
    public Dictionary<string, (long Amount, long? CompareAt)> Prices { get; } = new(StringComparer.Ordinal);

    public long? Stocked { get; set; }

    /// <summary>Location name → pieces.</summary>
    public List<(string Location, long Stocked)> Stocks { get; } = [];
}

internal sealed class ImageState(Guid id, string url, bool isNew)
{
    public Guid Id { get; } = id;
    public string Url { get; } = url;
    public bool IsNew { get; } = isNew;
    public string? Alt { get; set; }
    public int Rank { get; set; }
    public bool Named { get; set; }
}
