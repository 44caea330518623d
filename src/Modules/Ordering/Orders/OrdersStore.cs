using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Writes and reads whole orders, each in one statement. Rows travel as JSON both ways.</summary>
internal static class OrdersStore
{
    private const string Amounts = "original_total, original_tax_total, subtotal, discount_total, discount_subtotal, discount_tax_total, tax_total, total";

    private static readonly string NewAmounts = string.Join(", ", Amounts.Split(", ").Select(column => "n." + column));

    private const string OrderColumns = $"""
        id, display_id, region_id, currency_code, sales_channel_id, customer_id, email, locale, status, is_tax_inclusive, {Amounts}, placed_total,
        shipping_address, billing_address, metadata, version, created_at, updated_at, canceled_at
        """;

    private const string LineColumns = $"""
        id, order_id, position, variant_id, product_id, title, thumbnail, product_title, product_subtitle, product_description, product_handle,
        product_type, product_type_id, product_collection, variant_title, variant_sku, variant_barcode, variant_option_values,
        requires_shipping, is_giftcard, is_discountable, quantity, unit_price, compare_at_unit_price, {Amounts}, metadata, tax_lines, adjustments
        """;

    private const string ShippingColumns = $"id, order_id, position, shipping_option_id, name, amount, data, {Amounts}, tax_lines, adjustments";

    /// <summary>
    /// Completes the cart and writes its order. The order's cart is the one that was completed: when that no longer carries the lease, there
    /// is none, the order is refused for it, and so is whatever stands in the same transaction (<see cref="IsRefused"/>).
    /// </summary>
    public static NpgsqlBatchCommand Place(Order order, Guid token, long version) => new($"""
        with completed as (
            update ordering.carts set completed_at = $4, order_id = $5, completing_token = null, completing_until = null, version = version + 1
            where id = $1 and completing_token = $2 and version = $3 and completed_at is null
            returning id),
        placed as (
            insert into ordering.orders (cart_id, {OrderColumns})
            select (select c.id from completed c), {OrderColumns} from json_populate_record(null::ordering.orders, $6)),
        lines as (
            insert into ordering.order_lines ({LineColumns})
            select {LineColumns} from json_populate_recordset(null::ordering.order_lines, $7))
        insert into ordering.order_shipping_methods ({ShippingColumns})
        select {ShippingColumns} from json_populate_recordset(null::ordering.order_shipping_methods, $8)
        """)
    {
        Parameters =
        {
            new() { Value = order.Row.CartId }, new() { Value = token }, new() { Value = version },
            new() { Value = order.Row.CreatedAt }, new() { Value = order.Row.Id },
            Json(order.Row, OrderRowsJson.Default.OrderRow), Json(order.Lines, OrderRowsJson.Default.IReadOnlyListOrderLineRow),
            Json(order.Shipping, OrderRowsJson.Default.IReadOnlyListOrderShippingRow),
        },
    };

    /// <summary>Writes an edited order and its lines if it still is as it was read; answers its id, or no row when it is not.</summary>
    public static NpgsqlBatchCommand Edit(Order order, Order edited) => new($"""
        with edited as (
            update ordering.orders o set ({Amounts}, version, updated_at) = (
                select {Amounts}, version, updated_at from json_populate_record(null::ordering.orders, $4) n)
            where o.id = $1 and o.version = $2 and o.status = any ($3)
            returning o.id),
        lines as (
            update ordering.order_lines l
            set (quantity, {Amounts}, tax_lines, adjustments) = row (n.quantity, {NewAmounts}, n.tax_lines, n.adjustments)
            from edited, json_populate_recordset(null::ordering.order_lines, $5) n
            where l.order_id = edited.id and l.id = n.id),
        removed as (
            delete from ordering.order_lines l using edited where l.order_id = edited.id and not l.id = any ($6))
        select id from edited
        """)
    {
        Parameters =
        {
            new() { Value = order.Row.Id }, new() { Value = order.Row.Version }, new() { Value = OrderFlow.Edit.From },
            Json(edited.Row, OrderRowsJson.Default.OrderRow), Json([.. edited.Lines.Except(order.Lines)], OrderRowsJson.Default.IReadOnlyListOrderLineRow),
            new() { Value = edited.Lines.Select(l => l.Id).ToArray() },
        },
    };

    /// <summary>Whether <see cref="Place"/> found the cart without the lease.</summary>
    public static bool IsRefused(PostgresException e) =>
        e is { SqlState: PostgresErrorCodes.NotNullViolation, SchemaName: "ordering", TableName: "orders", ColumnName: "cart_id" };

    /// <summary>The whole of an order <c>o</c>, which <see cref="Read"/> reads.</summary>
    public const string Document = $"""
        json_build_object(
            'row', (select to_json(r) from (select o.cart_id, {OrderColumns}) r),
            'lines', (select coalesce(json_agg(l), '[]') from (
                select {LineColumns} from ordering.order_lines where order_id = o.id order by position) l),
            'shipping', (select coalesce(json_agg(m), '[]') from (
                select {ShippingColumns} from ordering.order_shipping_methods where order_id = o.id order by position) m))::text
        """;

    public static Order Read(string document) => JsonSerializer.Deserialize(document, OrderRowsJson.Default.Order)!;

    /// <summary>The order of that id or, with <paramref name="byCart"/>, of that cart; null when there is none.</summary>
    public static async Task<Order?> Load(Db db, Guid id, bool byCart, CancellationToken ct)
    {
        await using var command = db.Command($"select {Document} from ordering.orders o where {(byCart ? "o.cart_id" : "o.id")} = $1");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(ct) is string document ? Read(document) : null;
    }

    private static NpgsqlParameter Json<T>(T value, JsonTypeInfo<T> type) =>
        new() { Value = JsonSerializer.SerializeToUtf8Bytes(value, type), NpgsqlDbType = NpgsqlDbType.Json };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderRow))]
[JsonSerializable(typeof(IReadOnlyList<OrderLineRow>))]
[JsonSerializable(typeof(IReadOnlyList<OrderShippingRow>))]
internal sealed partial class OrderRowsJson : JsonSerializerContext;
