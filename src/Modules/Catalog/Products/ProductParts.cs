using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>The relations of products that an answer shows; only those are loaded.</summary>
internal sealed record ProductParts
{
    public bool Variants { get; init; }

    public bool VariantOptions { get; init; }

    public bool VariantImages { get; init; }

    public bool VariantProduct { get; init; }

    public bool Options { get; init; }

    public bool Tags { get; init; }

    public bool Images { get; init; }

    public bool Categories { get; init; }

    /// <summary><c>variants.calculated_price</c>.</summary>
    public bool Prices { get; init; }

    /// <summary><c>variants.inventory_quantity</c>.</summary>
    public bool Stock { get; init; }

    public static ProductParts Of(Fields fields) => new()
    {
        Variants = fields.Wants("variants"),
        VariantOptions = fields.Wants("variants.options"),
        VariantImages = fields.Wants("variants.images"),
        VariantProduct = fields.Wants("variants.product"),
        Options = fields.Wants("options"),
        Tags = fields.Wants("tags"),
        Images = fields.Wants("images"),
        Categories = fields.Wants("categories"),
        Prices = fields.Wants("variants.calculated_price"),
        Stock = fields.Wants("variants.inventory_quantity"),
    };
}
