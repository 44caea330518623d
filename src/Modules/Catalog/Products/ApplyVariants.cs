using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>Brings variants and their prices into a draft: with an id changed, without one created, missing ones deleted.</summary>
internal static class ApplyVariants
{
    private const int MostPrices = 1000;

    public static void Replace(IReadOnlyList<ProductVariantRequest> requests, ProductDraft draft)
    {
        var known = draft.Variants.ToDictionary(v => v.Id);
        var variants = new List<VariantDraft>();
        for (var i = 0; i < requests.Count; i++)
        {
            var (request, path) = (requests[i], Checked.At(draft.Path, "variants", i));
            VariantDraft? variant = null;
            if (request.Id is { } id && !known.Remove(Checked.Id(Checked.At(path, "id"), "variant", id), out variant))
                throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "id")}' names no variant of the product, or one twice: '{id}'");
            variant ??= New(draft, rank: i);
            variant.Rank = i;
            Apply(request, variant, path);
            variants.Add(variant);
        }

        draft.DeletedVariants.AddRange(known.Keys);
        draft.Variants = variants;
    }

    public static VariantDraft New(ProductDraft draft, int rank) =>
        new() { Id = WireId.New(), ProductId = draft.Id, Rank = rank, IsNew = true, Prices = [] };

    public static void Apply(ProductVariantRequest request, VariantDraft variant, string path)
    {
        string At(string name) => Checked.At(path, name);
        var before = (variant.Title, variant.Sku, variant.ManageInventory, variant.RequiresShipping);

        variant.Path = path;
        variant.Touched = true;
        if (request.Title is { IsSet: true, Value: { } title } && (!variant.IsNew || title.Length > 0)) variant.Title = Checked.Required(At("title"), title, Longest.Title);
        if (request.Sku.IsSet) variant.Sku = Checked.Code(At("sku"), request.Sku.Value);
        if (request.Barcode.IsSet) variant.Barcode = Checked.Code(At("barcode"), request.Barcode.Value);
        if (request.Ean.IsSet) variant.Ean = Checked.Code(At("ean"), request.Ean.Value);
        if (request.Upc.IsSet) variant.Upc = Checked.Code(At("upc"), request.Upc.Value);
        variant.ManageInventory = request.ManageInventory.Or(variant.ManageInventory);
        variant.AllowBackorder = request.AllowBackorder.Or(variant.AllowBackorder);
        variant.RequiresShipping = request.RequiresShipping.Or(variant.RequiresShipping);
        if (request.VariantRank.IsSet) variant.Rank = Checked.Whole(At("variant_rank"), request.VariantRank.Value, 0, 100_000);
        if (request.Thumbnail.IsSet) variant.Thumbnail = Checked.Url(At("thumbnail"), request.Thumbnail.Value);
        if (request.Weight.IsSet) variant.Weight = Checked.Measure(At("weight"), request.Weight.Value);
        if (request.Length.IsSet) variant.Length = Checked.Measure(At("length"), request.Length.Value);
        if (request.Height.IsSet) variant.Height = Checked.Measure(At("height"), request.Height.Value);
        if (request.Width.IsSet) variant.Width = Checked.Measure(At("width"), request.Width.Value);
        if (request.HsCode.IsSet) variant.HsCode = Checked.Code(At("hs_code"), request.HsCode.Value);
        if (request.OriginCountry.IsSet) variant.OriginCountry = Checked.Code(At("origin_country"), request.OriginCountry.Value);
        if (request.MidCode.IsSet) variant.MidCode = Checked.Code(At("mid_code"), request.MidCode.Value);
        if (request.Material.IsSet) variant.Material = Checked.Code(At("material"), request.Material.Value);
        if (request.Metadata.IsSet) variant.Metadata = Checked.Metadata(At("metadata"), request.Metadata.Value);
        foreach (var (option, value) in request.Options ?? new Dictionary<string, string>(StringComparer.Ordinal))
            variant.Options[option.Trim()] = Checked.Required(Checked.At(At("options"), option), value);
        if (variant.Title.Length == 0) variant.Title = variant.Options.Count > 0 ? string.Join(" / ", variant.Options.Values) : StockName.NoTitle;
        if (request.Prices is { } prices) ApplyPrices(prices, variant, At("prices"));

        variant.StockTouched |= variant.ManageInventory
            && (variant.IsNew || before != (variant.Title, variant.Sku, variant.ManageInventory, variant.RequiresShipping));
    }

    private static void ApplyPrices(IReadOnlyList<VariantPriceRequest> requests, VariantDraft variant, string path)
    {
        if (requests.Count > MostPrices) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' must have at most {MostPrices} entries");
        var seen = new HashSet<(string, Guid?, int?, int?)>();
        var known = new HashSet<Guid>(variant.KnownPrices);
        variant.Prices = [];
        for (var i = 0; i < requests.Count; i++)
        {
            var price = Price(requests[i], variant.Id, known, Checked.At("", path, i));
            if (!seen.Add((price.CurrencyCode, price.RegionId, price.MinQuantity, price.MaxQuantity)))
                throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At("", path, i)}' repeats the currency_code, region_id and quantities of another price");
            variant.Prices.Add(price);
        }
    }

    private static PriceDraft Price(VariantPriceRequest request, Guid variantId, HashSet<Guid> known, string path)
    {
        Guid? kept = request.Id is { } id ? Checked.Id(Checked.At(path, "id"), "price", id) : null;
        if (kept is { } key && !known.Remove(key))
            throw CatalogErrors.Invalid($"Invalid request: Field '{Checked.At(path, "id")}' names no price of the variant, or one twice: '{request.Id}'");
        var currency = Checked.Currency(Checked.At(path, "currency_code"), request.CurrencyCode);
        var (min, max) = Quantities(request.MinQuantity, request.MaxQuantity, path);
        return new PriceDraft
        {
            Id = kept ?? WireId.New(),
            VariantId = variantId,
            CurrencyCode = currency,
            Amount = Checked.Amount(Checked.At(path, "amount"), request.Amount, currency),
            CompareAtAmount = request.CompareAtAmount is { } compare ? Checked.Amount(Checked.At(path, "compare_at_amount"), compare, currency) : null,
            RegionId = Region(request.Rules, path),
            MinQuantity = min,
            MaxQuantity = max,
        };
    }

    public static Guid? Region(PriceRulesRequest? rules, string path) =>
        rules?.RegionId is { } region ? Checked.Id(Checked.At(Checked.At(path, "rules"), "region_id"), "reg", region) : null;

    public static (int? Min, int? Max) Quantities(int? min, int? max, string path)
    {
        if (min is { } least) Checked.Whole(Checked.At(path, "min_quantity"), least, 1, 1_000_000_000);
        if (max is { } most) Checked.Whole(Checked.At(path, "max_quantity"), most, 1, 1_000_000_000);
        return max < min
            ? throw CatalogErrors.Invalid($"Invalid request: Value for field '{Checked.At(path, "max_quantity")}' too small, expected at least: '{min}'")
            : (min, max);
    }
}
