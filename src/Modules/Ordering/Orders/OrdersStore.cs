using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Writes and reads whole orders, each in one round trip.</summary>
internal static class OrdersStore
{
    private const string Amounts = "original_total, original_tax_total, subtotal, discount_total, discount_subtotal, discount_tax_total, tax_total, total";

    private const string OrderColumns = $"""
        id, display_id, cart_id, region_id, currency_code, sales_channel_id, customer_id, email, locale, status, is_tax_inclusive, {Amounts},
        shipping_address, billing_address, metadata, created_at, updated_at
        """;

    private const string LineColumns = $"""
        id, order_id, position, variant_id, product_id, title, thumbnail, product_title, product_subtitle, product_description, product_handle,
        product_type, product_type_id, product_collection, variant_title, variant_sku, variant_barcode, variant_option_values,
        requires_shipping, is_giftcard, is_discountable, quantity, unit_price, compare_at_unit_price, {Amounts}, metadata
        """;

    private const string ShippingColumns = $"id, order_id, position, shipping_option_id, name, amount, data, {Amounts}";
    private const string TaxLineColumns = "id, order_id, entry_id, position, rate_id, code, description, rate, subtotal, total";
    private const string AdjustmentColumns = "id, order_id, entry_id, position, promotion_id, code, amount, total";

    /// <summary>Adds the statements that write an order. Rows travel as JSON, one parameter a table.</summary>
    public static void AddInserts(NpgsqlBatch batch, Order order)
    {
        var row = order.Row;
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"""
            insert into ordering.orders (id, display_id, cart_id, region_id, currency_code, sales_channel_id, customer_id, email, locale,
                is_tax_inclusive, {Amounts}, shipping_address, billing_address, metadata, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::json, $20::json, $21::jsonb, $22, $22)
            """)
        {
            Parameters =
            {
                Value(row.Id), Value(row.DisplayId), Value(row.CartId), Value(row.RegionId), Value(row.CurrencyCode), Value(row.SalesChannelId),
                Value(row.CustomerId), Value(row.Email), Value(row.Locale), Value(row.IsTaxInclusive),
                Value(row.OriginalTotal), Value(row.OriginalTaxTotal), Value(row.Subtotal), Value(row.DiscountTotal),
                Value(row.DiscountSubtotal), Value(row.DiscountTaxTotal), Value(row.TaxTotal), Value(row.Total),
                Value(row.ShippingAddress), Value(row.BillingAddress), Value(row.Metadata), Value(row.CreatedAt),
            },
        });
        Add(batch, "order_lines", LineColumns, JsonSerializer.Serialize(order.Lines, OrderRowsJson.Default.IReadOnlyListOrderLineRow), order.Lines.Count);
        Add(batch, "order_shipping_methods", ShippingColumns,
            JsonSerializer.Serialize(order.Shipping, OrderRowsJson.Default.IReadOnlyListOrderShippingRow), order.Shipping.Count);
        Add(batch, "order_tax_lines", TaxLineColumns,
            JsonSerializer.Serialize(order.TaxLines.SelectMany(t => t).ToList(), OrderRowsJson.Default.ListOrderTaxLineRow), order.TaxLines.Count);
        Add(batch, "order_adjustments", AdjustmentColumns,
            JsonSerializer.Serialize(order.Adjustments.SelectMany(a => a).ToList(), OrderRowsJson.Default.ListOrderAdjustmentRow), order.Adjustments.Count);
    }

    /// <summary>The order of that id or, with <paramref name="byCart"/>, of that cart; null when there is none.</summary>
    public static async Task<Order?> Load(Db db, Guid id, bool byCart, CancellationToken ct)
    {
        var order = byCart ? "(select o.id from ordering.orders o where o.cart_id = @id)" : "@id";
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {OrderColumns} from ordering.orders where id = {order};
            select {LineColumns} from ordering.order_lines where order_id = {order} order by position;
            select {ShippingColumns} from ordering.order_shipping_methods where order_id = {order} order by position;
            select {TaxLineColumns} from ordering.order_tax_lines where order_id = {order} order by entry_id, position;
            select {AdjustmentColumns} from ordering.order_adjustments where order_id = {order} order by entry_id, position
            """, new { id }, cancellationToken: ct));
        if (await answers.ReadSingleOrDefaultAsync<OrderRow>() is not { } row) return null;
        return new Order(
            row, (await answers.ReadAsync<OrderLineRow>()).AsList(), (await answers.ReadAsync<OrderShippingRow>()).AsList(),
            (await answers.ReadAsync<OrderTaxLineRow>()).ToLookup(t => t.EntryId),
            (await answers.ReadAsync<OrderAdjustmentRow>()).ToLookup(a => a.EntryId));
    }

    private static void Add(NpgsqlBatch batch, string table, string columns, string rows, int count)
    {
        if (count == 0) return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"insert into ordering.{table} ({columns}) select {columns} from jsonb_populate_recordset(null::ordering.{table}, $1::jsonb)")
        {
            Parameters = { Value(rows) },
        });
    }

    private static NpgsqlParameter Value(object? value) => new() { Value = value ?? DBNull.Value };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<OrderLineRow>))]
[JsonSerializable(typeof(IReadOnlyList<OrderShippingRow>))]
[JsonSerializable(typeof(List<OrderTaxLineRow>))]
[JsonSerializable(typeof(List<OrderAdjustmentRow>))]
internal sealed partial class OrderRowsJson : JsonSerializerContext;
