using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Orders;

/// <summary>An order as the wire shows it (recordings 060 and 062): written whole, a <see cref="Fields"/> selection cuts it to size.</summary>
internal sealed class OrderJson(
    Utf8JsonWriter writer, Order order, PaymentCollection? payment, IReadOnlyDictionary<Guid, VariantDocument> variants, OrderView view, PersonalSeal seal)
{
    /// <summary>What an order answers unasked.</summary>
    public static readonly string[] Defaults =
    [
        "*", "summary", "items", "items.tax_lines", "items.adjustments", "items.detail", "items.variant", "items.variant.product",
        "items.variant.product.type", "items.variant.product.collection", "shipping_address", "billing_address",
        "shipping_methods", "shipping_methods.tax_lines", "shipping_methods.adjustments", "shipping_methods.detail",
        "payment_collections", "credit_lines", "fulfillments",
    ];

    /// <summary>What staff are answered unasked.</summary>
    public static readonly string[] StaffDefaults = [.. Defaults, "payment_collections.payments"];

    private string Currency => order.Row.CurrencyCode;

    public void Write()
    {
        var (row, masked) = (order.Row, view == OrderView.Masked);
        var id = WireId.Encode("order", row.Id);
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("status", row.Status);
        WriteSummary();
        writer.WriteString("currency_code", Currency);
        writer.WriteNumber("display_id", row.DisplayId);
        writer.WriteNull("custom_display_id");
        writer.WriteString("region_id", WireId.EncodeOrNull("reg", row.RegionId));
        writer.WriteString("sales_channel_id", WireId.EncodeOrNull("sc", row.SalesChannelId));
        writer.WriteString("customer_id", masked ? null : WireId.EncodeOrNull("cus", row.CustomerId));
        writer.WriteString("email", masked ? null : row.Email);
        writer.WriteString("locale", row.Locale);
        writer.WriteRaw("metadata", masked ? null : row.Metadata);
        WriteTotals(row.Amounts(), order.Lines.Sum(), order.Shipping.Sum());
        writer.WriteTimes(row.CreatedAt, row.UpdatedAt);
        if (view == OrderView.Staff)
        {
            writer.WriteTime("canceled_at", row.CanceledAt);
            writer.WriteString("cart_id", WireId.Encode("cart", row.CartId));
            WriteFraud(payment?.Fraud);
        }

        writer.WriteNumber("version", row.Version);
        writer.WriteString("payment_status", PaymentStatusOf(payment, row.Total));
        writer.WriteString("fulfillment_status", "not_fulfilled");

        writer.WriteStartArray("credit_lines");
        writer.WriteEndArray();
        writer.WriteStartArray("fulfillments");
        writer.WriteEndArray();
        writer.WriteStartArray("items");
        foreach (var line in order.Lines) WriteLine(line, id);
        writer.WriteEndArray();
        WriteAddress("shipping_address", row.ShippingAddress);
        WriteAddress("billing_address", row.BillingAddress);
        writer.WriteStartArray("shipping_methods");
        foreach (var method in order.Shipping) WriteShipping(method, id);
        writer.WriteEndArray();
        writer.WriteStartArray("payment_collections");
        if (payment is not null) PaymentCollectionJson.Write(writer, masked ? PaymentCollectionJson.WithoutPerson(payment) : payment, withPayments: true);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The one writer of an order's payment status.</summary>
    public static string PaymentStatusOf(PaymentCollection? payment, long total) => payment switch
    {
        // Nothing was owed.
        _ when total == 0 => "captured",
        null => "not_paid",
        { RefundedAmount: > 0 } => payment.RefundedAmount < payment.CapturedAmount ? "partially_refunded" : "refunded",
        { CapturedAmount: > 0 } => payment.CapturedAmount < payment.Amount ? "partially_captured" : "captured",
        { Payments: [.., { CanceledAt: not null }] } => "canceled",
        _ => payment.Status,
    };

    /// <summary>What the fraud rules said of its payment, and what staff decided.</summary>
    private void WriteFraud(PaymentAssessment? fraud)
    {
        if (fraud is null)
        {
            writer.WriteNull("fraud");
            return;
        }

        writer.WriteStartObject("fraud");
        writer.WriteNumber("score", fraud.Score);
        writer.WriteString("verdict", fraud.Verdict);
        writer.WriteStartArray("reasons");
        foreach (var reason in fraud.Reasons) writer.WriteStringValue(reason);
        writer.WriteEndArray();
        writer.WriteString("review", fraud.Review);
        writer.WriteEndObject();
    }

    // Masked, what names nobody: the country and the province.
    private void WriteAddress(string name, KeptAddress? kept)
    {
        if (seal.Open(view == OrderView.Masked && kept is not null ? kept with { Sealed = null } : kept) is not { } address)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("id", WireId.Encode("ordaddr", address.Id));
        writer.WriteNull("customer_id");
        writer.WriteString("company", address.Company);
        writer.WriteString("first_name", address.FirstName);
        writer.WriteString("last_name", address.LastName);
        writer.WriteString("address_1", address.Address1);
        writer.WriteString("address_2", address.Address2);
        writer.WriteString("city", address.City);
        writer.WriteString("country_code", address.CountryCode);
        writer.WriteString("province", address.Province);
        writer.WriteString("postal_code", address.PostalCode);
        writer.WriteString("phone", address.Phone);
        writer.WriteRaw("metadata", address.Metadata is null ? null : JsonSerializer.Serialize(address.Metadata, CartColumnsJson.Default.DictionaryStringJsonElement));
        writer.WriteTimes(order.Row.CreatedAt, order.Row.CreatedAt, deletable: true);
        writer.WriteEndObject();
    }

    private void WriteSummary()
    {
        var total = order.Row.Total;
        var (paid, refunded) = (payment?.CapturedAmount ?? 0, payment?.RefundedAmount ?? 0);
        writer.WriteStartObject("summary");
        WriteAmount("paid_total", paid);
        WriteAmount("refunded_total", refunded);
        WriteAmount("accounting_total", total);
        WriteAmount("credit_line_total", 0);
        WriteAmount("transaction_total", paid - refunded);
        WriteAmount("pending_difference", total - paid + refunded);
        WriteAmount("current_order_total", total);
        WriteAmount("original_order_total", order.Row.PlacedTotal);
        writer.WriteEndObject();
    }

    private void WriteTotals(Amounts all, Amounts items, Amounts shipping)
    {
        void Write(string name, long minor) => writer.WriteNumber(name, Money.ToMajor(minor, Currency));
        Write("total", all.Total);
        Write("subtotal", all.Subtotal);
        Write("tax_total", all.TaxTotal);
        Write("discount_total", all.DiscountTotal);
        Write("discount_subtotal", all.DiscountSubtotal);
        Write("discount_tax_total", all.DiscountTaxTotal);
        Write("original_total", all.OriginalTotal);
        Write("original_subtotal", all.Subtotal);
        Write("original_tax_total", all.OriginalTaxTotal);
        Write("item_total", items.Total);
        Write("item_subtotal", items.Subtotal);
        Write("item_tax_total", items.TaxTotal);
        Write("original_item_total", items.OriginalTotal);
        Write("original_item_subtotal", items.Subtotal);
        Write("original_item_tax_total", items.OriginalTaxTotal);
        Write("shipping_total", shipping.Total);
        Write("shipping_subtotal", shipping.Subtotal);
        Write("shipping_tax_total", shipping.TaxTotal);
        Write("original_shipping_tax_total", shipping.OriginalTaxTotal);
        Write("original_shipping_subtotal", shipping.Subtotal);
        Write("original_shipping_total", shipping.OriginalTotal);
        Write("credit_line_total", 0);
        Write("credit_line_subtotal", 0);
        Write("credit_line_tax_total", 0);
        Write("gift_card_total", 0);
        Write("gift_card_tax_total", 0);
    }

    private void WriteLine(OrderLineRow line, string orderId)
    {
        var row = order.Row;
        var id = WireId.Encode("ordli", line.Id);
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("title", line.Title);
        writer.WriteString("subtitle", line.VariantTitle);
        writer.WriteString("thumbnail", line.Thumbnail);
        writer.WriteString("variant_id", WireId.Encode("variant", line.VariantId));
        writer.WriteString("product_id", WireId.Encode("prod", line.ProductId));
        writer.WriteString("product_title", line.ProductTitle);
        writer.WriteString("product_description", line.ProductDescription);
        writer.WriteString("product_subtitle", line.ProductSubtitle);
        writer.WriteString("product_type", line.ProductType);
        writer.WriteString("product_type_id", WireId.EncodeOrNull("ptyp", line.ProductTypeId));
        writer.WriteString("product_collection", line.ProductCollection);
        writer.WriteString("product_handle", line.ProductHandle);
        writer.WriteString("variant_sku", line.VariantSku);
        writer.WriteString("variant_barcode", line.VariantBarcode);
        writer.WriteString("variant_title", line.VariantTitle);
        writer.WriteRaw("variant_option_values", line.VariantOptionValues);
        writer.WriteBoolean("requires_shipping", line.RequiresShipping);
        writer.WriteBoolean("is_giftcard", line.IsGiftcard);
        writer.WriteBoolean("is_discountable", line.IsDiscountable);
        writer.WriteBoolean("is_tax_inclusive", row.IsTaxInclusive);
        writer.WriteBoolean("is_custom_price", false);
        // What shoppers have engraved, and whom a present is for.
        var metadata = view == OrderView.Masked ? "{}" : line.Metadata ?? "{}";
        writer.WriteRaw("metadata", metadata);
        writer.WriteRaw("line_item_metadata", metadata);
        writer.WriteTimes(row.CreatedAt, row.UpdatedAt, deletable: true);
        WriteTaxLines(line.TaxLines, "ordlitxl", "item_id", id);
        WriteAdjustments(line.Adjustments, "ordliadj", "item_id", id);
        WriteAmountOrNull("compare_at_unit_price", line.CompareAtUnitPrice);
        WriteAmount("unit_price", line.UnitPrice);
        WriteQuantity("quantity", line.Quantity);
        WriteLineDetail(line, id, orderId);
        WriteEntryAmounts(line.Amounts());
        WriteAmount("refundable_total_per_unit", line.Total / line.Quantity);
        WriteAmount("refundable_total", line.Total);
        foreach (var name in (ReadOnlySpan<string>)["fulfilled_total", "shipped_total", "return_requested_total", "return_received_total", "return_dismissed_total", "write_off_total"])
            WriteAmount(name, 0);
        writer.WriteRaw("variant", variants.GetValueOrDefault(line.VariantId)?.Variant);
        writer.WriteRaw("product", variants.GetValueOrDefault(line.VariantId)?.Product);
        writer.WriteEndObject();
    }

    private void WriteLineDetail(OrderLineRow line, string lineId, string orderId)
    {
        writer.WriteStartObject("detail");
        writer.WriteString("id", WireId.Encode("orditem", line.Id));
        writer.WriteNumber("version", order.Row.Version);
        writer.WriteRaw("metadata", "{}");
        writer.WriteString("order_id", orderId);
        writer.WriteTimes(order.Row.CreatedAt, order.Row.UpdatedAt, deletable: true);
        writer.WriteString("item_id", lineId);
        WriteAmountOrNull("unit_price", null);
        WriteAmountOrNull("compare_at_unit_price", null);
        WriteQuantity("quantity", line.Quantity);
        foreach (var name in (ReadOnlySpan<string>)["fulfilled_quantity", "delivered_quantity", "shipped_quantity", "return_requested_quantity", "return_received_quantity", "return_dismissed_quantity", "written_off_quantity"])
            WriteQuantity(name, 0);
        writer.WriteEndObject();
    }

    private void WriteShipping(OrderShippingRow method, string orderId)
    {
        var row = order.Row;
        var id = WireId.Encode("ordsm", method.Id);
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteString("name", method.Name);
        writer.WriteNull("description");
        writer.WriteBoolean("is_tax_inclusive", row.IsTaxInclusive);
        writer.WriteBoolean("is_custom_amount", false);
        writer.WriteString("shipping_option_id", WireId.Encode("so", method.ShippingOptionId));
        writer.WriteRaw("data", view == OrderView.Masked ? "{}" : method.Data ?? "{}");
        writer.WriteNull("metadata");
        writer.WriteTimes(row.CreatedAt, row.UpdatedAt, deletable: true);
        WriteTaxLines(method.TaxLines, "ordsmtxl", "shipping_method_id", id);
        WriteAdjustments(method.Adjustments, "ordsmadj", "shipping_method_id", id);
        WriteAmount("amount", method.Amount);
        writer.WriteString("order_id", orderId);
        writer.WriteStartObject("detail");
        writer.WriteString("id", WireId.Encode("ordspmv", method.Id));
        writer.WriteNumber("version", order.Row.Version);
        writer.WriteString("order_id", orderId);
        foreach (var name in (ReadOnlySpan<string>)["return_id", "exchange_id", "claim_id"]) writer.WriteNull(name);
        writer.WriteTimes(row.CreatedAt, row.UpdatedAt, deletable: true);
        writer.WriteString("shipping_method_id", id);
        writer.WriteEndObject();
        WriteEntryAmounts(method.Amounts());
        writer.WriteEndObject();
    }

    private void WriteTaxLines(IReadOnlyList<OrderTaxLine> taxes, string prefix, string ownerName, string ownerId)
    {
        writer.WriteStartArray("tax_lines");
        foreach (var tax in taxes)
        {
            writer.WriteStartObject();
            writer.WriteString("id", WireId.Encode(prefix, tax.Id));
            writer.WriteString("description", tax.Description);
            writer.WriteString("tax_rate_id", WireId.Encode("txr", tax.RateId));
            writer.WriteString("code", tax.Code);
            writer.WriteString("provider_id", "system");
            writer.WriteNull("metadata");
            writer.WriteNull("data");
            writer.WriteString(ownerName, ownerId);
            writer.WriteTimes(order.Row.CreatedAt, order.Row.UpdatedAt, deletable: true);
            writer.WriteNumberAndRaw("rate", tax.Rate);
            WriteAmount("total", tax.Total);
            WriteAmount("subtotal", tax.Subtotal);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteAdjustments(IReadOnlyList<OrderAdjustment> adjustments, string prefix, string ownerName, string ownerId)
    {
        writer.WriteStartArray("adjustments");
        foreach (var adjustment in adjustments)
        {
            writer.WriteStartObject();
            writer.WriteString("id", WireId.Encode(prefix, adjustment.Id));
            writer.WriteNumber("version", order.Row.Version);
            writer.WriteNull("description");
            writer.WriteString("promotion_id", WireId.Encode("promo", adjustment.PromotionId));
            writer.WriteString("code", adjustment.Code);
            writer.WriteNull("provider_id");
            writer.WriteBoolean("is_tax_inclusive", false);
            writer.WriteString(ownerName, ownerId);
            writer.WriteTimes(order.Row.CreatedAt, order.Row.UpdatedAt, deletable: true);
            WriteAmount("amount", adjustment.Amount);
            WriteAmount("subtotal", adjustment.Amount);
            WriteAmount("total", adjustment.Total);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteEntryAmounts(Amounts amounts)
    {
        WriteAmount("subtotal", amounts.Subtotal);
        WriteAmount("total", amounts.Total);
        WriteAmount("original_subtotal", amounts.Subtotal);
        WriteAmount("original_total", amounts.OriginalTotal);
        WriteAmount("discount_total", amounts.DiscountTotal);
        WriteAmount("discount_subtotal", amounts.DiscountSubtotal);
        WriteAmount("discount_tax_total", amounts.DiscountTaxTotal);
        WriteAmount("tax_total", amounts.TaxTotal);
        WriteAmount("original_tax_total", amounts.OriginalTaxTotal);
    }

    private void WriteAmount(string name, long minor) => writer.WriteNumberAndRaw(name, Money.ToMajor(minor, Currency));

    private void WriteAmountOrNull(string name, long? minor) =>
        writer.WriteNumberAndRaw(name, minor is { } value ? Money.ToMajor(value, Currency) : null);

    private void WriteQuantity(string name, long quantity) => writer.WriteNumberAndRaw(name, quantity);
}

/// <summary>For whom an order is shown.</summary>
internal enum OrderView
{
    /// <summary>Whoever placed it.</summary>
    Shopper,
    /// <summary>Whoever holds its id: nothing personal.</summary>
    Masked,
    /// <summary>Staff: all of it, and the cart it came from.</summary>
    Staff,
}
