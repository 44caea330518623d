using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Who has which SKU and barcode: what the database says of those a batch names, kept up while the batch is planned.</summary>
internal sealed class VariantOwners
{
    public Dictionary<string, (string Handle, Guid VariantId)> Skus { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, (string Handle, Guid VariantId)> Barcodes { get; } = new(StringComparer.Ordinal);
}

/// <summary>Finds the variant a row speaks of (by SKU, else by option values) or makes it, and lays the row's cells over it.</summary>
internal static class PlanVariant
{
    public const string DefaultOption = "Title";

    private static readonly Column[] ValueColumns = [Column.Option1Value, Column.Option2Value, Column.Option3Value];

    public static void Apply(ProductState product, RowCells cells, OptionState?[] slots, VariantOwners owners, SeenInFile? seen)
    {
        var row = cells.Row;
        var sku = cells.Text(Column.Sku, 255);
        var barcode = cells.Text(Column.Barcode, 255);
        var values = ReadValues(cells, slots);
        if (!cells.Ok) return;

        var variant = Find(product, cells, sku, values, owners, seen);
        if (!cells.Ok) return;
        if (barcode is not null && owners.Barcodes.TryGetValue(barcode, out var other) && other.VariantId != variant?.Id)
            cells.Fail(Column.Barcode, $"The barcode '{barcode}' is already that of another variant of '{other.Handle}'.");
        if (variant is null && product.Options.FirstOrDefault(o => !values.ContainsKey(o.Id)) is { } missing)
            cells.Fail((string?)null, $"The product has the option '{missing.Title}', the row has no value for it.");

        var read = new Cells(cells);
        if (!cells.Ok) return;

        if (variant is null)
        {
            variant = new VariantState(WireId.New(), isNew: true) { Rank = product.Variants.Count == 0 ? 0 : product.Variants.Max(v => v.Rank) + 1 };
            product.Variants.Add(variant);
        }

        // A title nobody wrote by hand follows the option values.
        var derived = variant.Title == Joined(variant, product);
        variant.Line = row.Line;
        if (sku is not null)
        {
            variant.Sku = sku;
            owners.Skus[sku] = (product.Handle, variant.Id);
        }

        if (barcode is not null)
        {
            variant.Barcode = barcode;
            owners.Barcodes[barcode] = (product.Handle, variant.Id);
        }

        foreach (var option in product.Options)
        {
            if (!values.TryGetValue(option.Id, out var value)) continue;
            variant.Values[option.Id] = value;
            if (option.Values.ContainsKey(value)) continue;
            option.Values[value] = WireId.New();
            option.NewValues.Add(value);
        }

        read.LayOver(variant, derived ? Joined(variant, product) : variant.Title);
    }

    private static string Joined(VariantState variant, ProductState product) =>
        string.Join(" / ", product.Options.OrderBy(o => o.Rank).Select(o => variant.Values.GetValueOrDefault(o.Id)).Where(v => v is not null));

    private static Dictionary<Guid, string> ReadValues(RowCells cells, OptionState?[] slots)
    {
        var values = new Dictionary<Guid, string>();
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not { } option) continue;
            var value = cells.Text(ValueColumns[i], 255) ?? (option.Title == DefaultOption ? StockName.NoChoice : null);
            if (value is not null) values[option.Id] = value;
        }

        return values;
    }

    private static VariantState? Find(
        ProductState product, RowCells cells, string? sku, Dictionary<Guid, string> values, VariantOwners owners, SeenInFile? seen)
    {
        VariantState? variant = null;
        if (sku is not null)
        {
            if (owners.Skus.TryGetValue(sku, out var owner) && owner.Handle != product.Handle)
                cells.Fail(Column.Sku, $"The SKU '{sku}' is already that of the product '{owner.Handle}'.");
            else if (seen?.SkuOfAnother(sku, product.Handle) == true)
                cells.Fail(Column.Sku, $"The SKU '{sku}' is already that of another product of this file.");
            variant = product.Variants.FirstOrDefault(v => v.Sku == sku);
        }

        var same = values.Count < product.Options.Count ? null
            : product.Variants.FirstOrDefault(v => product.Options.All(o => v.Values.TryGetValue(o.Id, out var value) && value == values[o.Id]));
        if (variant is not null && same is not null && same != variant)
            cells.Fail(Column.Option1Value, $"Another variant of the product has these option values already{Where(same)}.");
        variant ??= same;
        if (variant is { Line: > 0 })
            cells.Fail(sku is not null && variant.Sku == sku ? Column.Sku : Column.Option1Value, $"The variant is in the file already, in line {variant.Line}.");
        return variant;
    }

    private static string Where(VariantState variant) =>
        variant.Line > 0 ? $", in line {variant.Line}" : variant.Sku is not null ? $", the one with SKU '{variant.Sku}'" : "";

    /// <summary>The cells of a row that are the variant's own, all read before any is used.</summary>
    private sealed class Cells
    {
        private readonly RowCells _cells;
        private readonly string? _title;
        private readonly decimal? _weight;
        private readonly bool? _backorder;
        private readonly bool? _shipping;
        private readonly string? _image;
        private readonly string? _metadata;
        private readonly long? _stocked;
        private readonly string?[] _texts;
        private readonly decimal?[] _numbers;
        private readonly List<(string Location, long Stocked)> _stocks = [];
        private readonly List<(string Currency, long Amount, long? CompareAt)> _prices = [];

        public Cells(RowCells cells)
        {
            _cells = cells;
            var columns = cells.Row.Columns;
            _title = cells.Text(Column.VariantTitle, Longest.Title);
            _weight = Weight(cells);
            _backorder = cells.Row[Column.InventoryPolicy]?.ToLowerInvariant() switch { "continue" => true, "deny" => false, _ => cells.Flag(Column.InventoryPolicy) };
            _shipping = cells.Flag(Column.RequiresShipping);
            _image = cells.Address(Column.VariantImage);
            _stocked = cells.Pieces(columns.IndexOf(Column.InventoryQty));
            _texts = PlainFields.VariantTexts.Select(f => cells.Text(f.Column, f.Longest)).ToArray();
            _numbers = PlainFields.VariantNumbers.Select(f => cells.Number(f.Column)).ToArray();
            _metadata = cells.Metadata(Column.VariantMetadata, columns.VariantMetadata
                .Where(m => !string.Equals(cells.Row.At(m.Index), m.Usual, StringComparison.OrdinalIgnoreCase)).Select(m => (m.Index, m.Key)));
            foreach (var (index, location) in columns.Stocks)
                if (cells.Pieces(index) is { } pieces) _stocks.Add((location, pieces));
            foreach (var (currency, price, compareAt) in columns.Prices)
            {
                var amount = cells.Money(price, currency);
                var before = cells.Money(compareAt, currency);
                if (amount is { } given) _prices.Add((currency, given, before));
                else if (before is not null && cells.Ok) cells.Fail(columns.Headers[compareAt], "A compare-at price needs a price beside it.");
            }
        }

        public void LayOver(VariantState variant, string title)
        {
            var columns = _cells.Row.Columns;
            variant.Title = _title ?? title;
            if (columns.Has(Column.Grams) || columns.Has(Column.VariantWeight)) variant.Weight = _weight;
            // An empty tracker is Shopify's way to say that nobody counts these.
            if (columns.Has(Column.InventoryTracker)) variant.ManageInventory = _cells.Row[Column.InventoryTracker] is not null;
            variant.AllowBackorder = _backorder ?? variant.AllowBackorder;
            variant.RequiresShipping = _shipping ?? variant.RequiresShipping;
            if (columns.Has(Column.VariantImage)) variant.Thumbnail = _image ?? (variant.Thumbnail is "" ? "" : null);
            for (var i = 0; i < _texts.Length; i++)
                if (columns.Has(PlainFields.VariantTexts[i].Column) && (_texts[i] is not null || variant.Texts[i] is not "")) variant.Texts[i] = _texts[i];
            for (var i = 0; i < _numbers.Length; i++)
                if (columns.Has(PlainFields.VariantNumbers[i].Column)) variant.Numbers[i] = _numbers[i];
            variant.MetadataPatch = _metadata;
            foreach (var (currency, amount, compareAt) in _prices) variant.Prices[currency] = (amount, compareAt);
            if (!variant.ManageInventory) return;
            variant.Stocked = _stocked;
            variant.Stocks.AddRange(_stocks);
        }

        // Grams as Shopify has it; else a weight with its unit.
        private static decimal? Weight(RowCells cells)
        {
            if (cells.Number(Column.Grams) is { } grams) return grams;
            if (cells.Number(Column.VariantWeight) is not { } weight) return null;
            decimal? factor = cells.Row[Column.WeightUnit]?.ToLowerInvariant() switch
            {
                null or "g" => 1m,
                "kg" => 1000m,
                "lb" => 453.59237m,
                "oz" => 28.349523125m,
                _ => null,
            };
            if (factor is { } one) return decimal.Round(weight * one, 3, MidpointRounding.AwayFromZero);
            cells.Fail(Column.WeightUnit, $"Expected g, kg, lb or oz, got: '{cells.Row[Column.WeightUnit]}'.");
            return null;
        }
    }
}
