using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// Lays the rows of one handle over the product as it is, without touching the database. A row with a title speaks of the product; a row
/// with an option value, SKU, barcode or price of a variant; a row with an image address of an image. A bad row is reported and leaves
/// no trace; when the product itself is bad, none of its rows counts.
/// </summary>
internal sealed class PlanProduct(VariantOwners owners, SeenInFile? seen, ImportReport report, bool decimalComma)
{
    private static readonly (Column Name, Column Value)[] OptionColumns =
        [(Column.Option1Name, Column.Option1Value), (Column.Option2Name, Column.Option2Value), (Column.Option3Name, Column.Option3Value)];

    /// <summary>The product as it should be, or null when nothing of it is to be written.</summary>
    public ProductState? Plan(string handle, IReadOnlyList<CsvRow> rows, ProductState? existing)
    {
        var titled = rows.FirstOrDefault(r => r[Column.Title] is not null);
        var product = existing ?? new ProductState(WireId.New(), handle, isNew: seen?.Handle(handle) != true) { IsShadow = seen?.Handle(handle) == true };
        if (product.IsNew && titled is null)
            return Refuse(rows, rows[0], Column.Title, "A title is required: no product has this handle yet.");
        if (titled is not null && !ApplyProductCells(product, new RowCells(titled, handle, report, decimalComma))) return Refuse(rows, titled);
        if (FindOptions(product, titled ?? rows[0], rows) is not { } slots) return Refuse(rows, titled ?? rows[0]);

        var firstImage = product.Images.MinBy(i => i.Rank)?.Url;
        foreach (var row in rows)
        {
            var cells = new RowCells(row, handle, report, decimalComma);
            var isVariant = SpeaksOfVariant(row) || (row == titled && product.Variants.Count == 0 && !product.IsShadow);
            var image = cells.Address(Column.ImageSrc);
            var position = image is null ? null : Position(cells);
            if (cells.Ok && isVariant) PlanVariant.Apply(product, cells, slots, owners, seen);
            if (cells.Ok && image is not null) ApplyImage(product, cells, image, position);
            if (cells.Ok && !isVariant && image is null && row != titled) cells.Fail((string?)null, "The row has neither a title nor a variant nor an image.");
            if (cells.Ok) product.Rows.Add(row);
        }

        if (product.IsNew && product.Variants.Count == 0)
            return Refuse(product.Rows, null, null, "None of the product's variants can be imported, so the product is not either.");
        if (product.Thumbnail is null || product.Thumbnail == firstImage) product.Thumbnail = product.Images.MinBy(i => i.Rank)?.Url ?? product.Thumbnail;
        seen?.Add(product);
        return product.Rows.Count == 0 && titled is null ? null : product;
    }

    private static bool SpeaksOfVariant(CsvRow row) =>
        row[Column.Option1Value] is not null || row[Column.Option2Value] is not null || row[Column.Option3Value] is not null
        || row[Column.Sku] is not null || row[Column.Barcode] is not null || row.Columns.Prices.Any(p => row.At(p.Price) is not null);

    private static bool ApplyProductCells(ProductState product, RowCells cells)
    {
        var columns = cells.Row.Columns;
        var before = product.Title;
        for (var i = 0; i < PlainFields.ProductTexts.Length; i++)
        {
            var (_, column, longest) = PlainFields.ProductTexts[i];
            if (!columns.Has(column)) continue;
            var text = cells.Text(column, longest);
            if (text is not null && column == Column.Description) text = cells.Row.Raw(column);
            // An empty cell clears; empty and missing are the same in a file.
            if (text is not null || product.Texts[i] is not "") product.Texts[i] = text;
        }

        product.IsRenamed |= product.Title != before;
        for (var i = 0; i < PlainFields.ProductNumbers.Length; i++)
            if (columns.Has(PlainFields.ProductNumbers[i].Column)) product.Numbers[i] = cells.Number(PlainFields.ProductNumbers[i].Column);

        product.Status = Status(product.Status, cells);
        product.IsGiftcard = cells.Flag(Column.GiftCard) ?? product.IsGiftcard;
        product.Discountable = cells.Flag(Column.Discountable) ?? product.Discountable;
        product.MetadataPatch = cells.Metadata(Column.Metadata, columns.ProductMetadata);
        if (columns.Has(Column.Type)) product.Type = cells.Text(Column.Type, 255) ?? "";
        if (columns.Has(Column.Collection)) product.Collection = cells.Text(Column.Collection, 255) ?? "";
        if (columns.Has(Column.Tags))
            product.Tags = Split(cells.Row[Column.Tags], ',').Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (columns.Has(Column.Category))
            product.Categories = Split(cells.Row[Column.Category], '|').Select(path => Split(path, '>')).Where(path => path.Length > 0).ToList();
        if (product.Tags?.Any(t => t.Length > 255) == true) cells.Fail(Column.Tags, "A tag has more than 255 characters.");
        if (product.Categories?.Any(path => path.Length > 10 || path.Any(n => n.Length > 255)) == true)
            cells.Fail(Column.Category, "A category has more than 10 levels or a name of more than 255 characters.");
        return cells.Ok;
    }

    // Shopify: Published says whether it is in the web shop, Status what it is; our own words are understood too.
    private static string Status(string current, RowCells cells)
    {
        var published = cells.Flag(Column.Published);
        var status = cells.Row[Column.Status]?.ToLowerInvariant();
        switch (status)
        {
            case null: return published switch { true => "published", false => "draft", null => current };
            case "active" or "published": return published == false ? "draft" : "published";
            case "draft" or "archived" or "unlisted": return "draft";
            case "proposed" or "rejected": return status;
            default:
                cells.Fail(Column.Status, $"Expected active, draft, archived, published, proposed or rejected, got: '{cells.Row[Column.Status]}'.");
                return current;
        }
    }

    /// <summary>The options behind Option1, Option2 and Option3; null when they cannot be had.</summary>
    private OptionState?[]? FindOptions(ProductState product, CsvRow first, IReadOnlyList<CsvRow> rows)
    {
        var slots = new OptionState?[OptionColumns.Length];
        var known = product.Options.OrderBy(o => o.Rank).ToList();
        var taken = new HashSet<Guid>();
        for (var i = 0; i < slots.Length; i++)
        {
            var (nameColumn, valueColumn) = OptionColumns[i];
            var name = first[nameColumn] ?? rows.Select(r => r[nameColumn]).FirstOrDefault(n => n is not null);
            var used = rows.Any(r => r[valueColumn] is not null);
            if (name is null && i == 0 && known.Count == 0 && !used && !product.IsShadow) name = PlanVariant.DefaultOption;
            if (name is { Length: > 255 })
            {
                report.Fail(first.Line, first.Columns.NameOf(nameColumn), product.Handle, "An option's name has at most 255 characters.");
                return null;
            }

            if (name is null && !used && i >= known.Count) continue;
            if (name is null && i < known.Count) slots[i] = known[i];
            else if (name is null && product.IsShadow) slots[i] = NewOption(product, $"#{i}");
            else if (name is null)
            {
                report.Fail(first.Line, first.Columns.NameOf(nameColumn), product.Handle, $"{first.Columns.NameOf(valueColumn)} is given, the option's name is missing.");
                return null;
            }
            else if (known.FirstOrDefault(o => o.Title == name) is { } same) slots[i] = same;
            else if (i < known.Count && !rows.Any(r => OptionColumns.Any(c => r[c.Name] == known[i].Title)))
            {
                slots[i] = known[i];
                known[i].Title = name;
            }
            else if (product.Variants.Count == 0 || product.IsShadow) slots[i] = NewOption(product, name);
            else
            {
                report.Fail(first.Line, first.Columns.NameOf(nameColumn), product.Handle,
                    $"The product has variants already: the option '{name}' cannot be added to them by a file.");
                return null;
            }

            if (taken.Add(slots[i]!.Id)) continue;
            report.Fail(first.Line, first.Columns.NameOf(nameColumn), product.Handle, $"The option '{slots[i]!.Title}' is named twice.");
            return null;
        }

        return slots;
    }

    private static OptionState NewOption(ProductState product, string title)
    {
        var option = new OptionState(WireId.New(), title, product.Options.Count, isNew: true);
        product.Options.Add(option);
        return option;
    }

    private static int? Position(RowCells cells)
    {
        if (cells.Row[Column.ImagePosition] is not { } text) return null;
        if (int.TryParse(text, out var position) && position is >= 1 and <= 100_000) return position;
        cells.Fail(Column.ImagePosition, $"Expected a whole number from 1, got: '{text}'.");
        return null;
    }

    private static void ApplyImage(ProductState product, RowCells cells, string url, int? position)
    {
        var image = product.Images.FirstOrDefault(i => i.Url == url && !i.Named) ?? product.Images.FirstOrDefault(i => i.Url == url);
        if (image is null)
        {
            image = new ImageState(WireId.New(), url, isNew: true) { Rank = product.Images.Count == 0 ? 0 : product.Images.Max(i => i.Rank) + 1 };
            product.Images.Add(image);
        }

        image.Named = true;
        if (position is { } rank) image.Rank = rank - 1;
        if (cells.Row.Columns.Has(Column.ImageAlt)) image.Alt = cells.Row[Column.ImageAlt] ?? (image.Alt is "" ? "" : null);
    }

    private ProductState? Refuse(IReadOnlyList<CsvRow> rows, CsvRow? cause, Column? column = null, string? message = null)
    {
        if (cause is not null && message is not null) report.Fail(cause.Line, cause.Columns.NameOf(column!.Value), cause[Column.Handle], message);
        foreach (var row in rows)
        {
            if (row == cause) continue;
            report.Fail(row.Line, null, row[Column.Handle], cause is null ? message! : $"Skipped: line {cause.Line} of this product has an error.");
        }

        return null;
    }

    private static string[] Split(string? text, char separator) =>
        text?.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
