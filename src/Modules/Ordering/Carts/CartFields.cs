using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Carts;

/// <summary>What cart answers show unasked (recordings 036–065; line totals by the wire page's section 5).</summary>
internal static class CartFields
{
    /// <summary>What is to be shown of a cart. As the storefront reads it: a line's variant comes with its product.</summary>
    public static Fields Of(ApiQuery query)
    {
        var fields = query.Fields(Cart);
        return fields.Wants("items.variant") ? fields.With("items.variant.product") : fields;
    }

    /// <summary>What a line shows of its product without a look into the catalogue.</summary>
    public static readonly string[] LineProduct = ["id", "collection_id", "type_id", "categories", "tags"];

    public static readonly string[] Cart =
    [
        "id", "currency_code", "email", "locale", "region_id", "created_at", "updated_at", "completed_at", "metadata", "sales_channel_id",
        "shipping_address_id", "billing_address_id", "customer_id",
        "total", "subtotal", "tax_total", "discount_total", "discount_subtotal", "discount_tax_total", "original_total", "original_tax_total",
        "item_total", "item_subtotal", "item_tax_total", "item_discount_total",
        "original_item_total", "original_item_subtotal", "original_item_tax_total",
        "shipping_total", "shipping_subtotal", "shipping_tax_total", "shipping_discount_total",
        "original_shipping_tax_total", "original_shipping_subtotal", "original_shipping_total",
        "credit_line_subtotal", "credit_line_tax_total", "credit_line_total",
        "items.id", "items.thumbnail", "items.variant_id", "items.product_id", "items.is_giftcard", "items.product_type_id",
        "items.product_title", "items.product_description", "items.product_subtitle", "items.product_type", "items.product_collection",
        "items.product_handle", "items.variant_sku", "items.variant_barcode", "items.variant_title", "items.requires_shipping",
        "items.is_available", "items.metadata", "items.created_at", "items.updated_at", "items.title",
        "items.quantity", "items.unit_price", "items.compare_at_unit_price", "items.is_tax_inclusive",
        "items.total", "items.subtotal", "items.tax_total", "items.original_total", "items.original_subtotal", "items.original_tax_total",
        "items.discount_total", "items.discount_subtotal", "items.discount_tax_total",
        "items.tax_lines.id", "items.tax_lines.description", "items.tax_lines.code", "items.tax_lines.rate", "items.tax_lines.provider_id",
        "items.tax_lines.data", "items.tax_lines.metadata", "items.adjustments.**",
        "items.product.id", "items.product.collection_id", "items.product.type_id", "items.product.categories.id", "items.product.tags.id",
        "shipping_methods.id", "shipping_methods.amount", "shipping_methods.is_tax_inclusive", "shipping_methods.shipping_option_id",
        "shipping_methods.tax_lines.id", "shipping_methods.tax_lines.description", "shipping_methods.tax_lines.code",
        "shipping_methods.tax_lines.rate", "shipping_methods.tax_lines.provider_id", "shipping_methods.tax_lines.data",
        "shipping_methods.tax_lines.metadata", "shipping_methods.adjustments.**",
        "shipping_address.id", "shipping_address.first_name", "shipping_address.last_name", "shipping_address.company",
        "shipping_address.address_1", "shipping_address.address_2", "shipping_address.city", "shipping_address.postal_code",
        "shipping_address.country_code", "shipping_address.province", "shipping_address.phone",
        "billing_address.id", "billing_address.first_name", "billing_address.last_name", "billing_address.company",
        "billing_address.address_1", "billing_address.address_2", "billing_address.city", "billing_address.postal_code",
        "billing_address.country_code", "billing_address.province", "billing_address.phone",
        "credit_lines", "customer.id", "customer.email", "customer.groups", "region.id", "region.name", "region.currency_code", "region.automatic_taxes", "region.countries.**",
        "promotions.**", "payment_collection.**",
    ];

    public static readonly string[] ShippingOption = ["*", "service_zone.**", "type.**", "provider.**", "rules.**", "prices.**"];

    public static readonly string[] PaymentCollection = ["id", "currency_code", "amount", "payment_sessions.**"];
}
