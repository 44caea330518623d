using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Security;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// Reads and writes carts: a row each, one round trip each. A write takes place only on the version that was read, in one statement, so
/// that no change is lost and nothing is locked while other modules are asked.
/// </summary>
internal sealed class CartStore(Db db, PersonalSeal seal)
{
    /// <summary>What <see cref="Read"/> reads, of a row called <c>c</c>.</summary>
    public static readonly string Columns = $"""
        {TopicVersion.Value("catalog")}, c.id, c.version, c.region_id, c.currency_code, c.sales_channel_id, c.email, c.locale, c.customer_id,
        c.promo_codes, c.taxes_asked, c.metadata, c.shipping_address, c.billing_address, c.created_at, c.updated_at, c.completed_at, c.order_id,
        c.completing_until is not null, c.payment_begun, c.lines, c.shipping_methods, c.customer_email
        """;

    private static readonly string LoadOne = $"select {Columns} from ordering.carts c where c.id = $1";

    private const string Changed = """
        version = version + 1, updated_at = $3, region_id = $4, currency_code = $5, sales_channel_id = $6, email = $7, locale = $8, customer_id = $9,
        promo_codes = $10, taxes_asked = $11, metadata = $12, shipping_address = $13, billing_address = $14, shipping_methods = $15,
        lines = coalesce($16, lines), customer_email = $17
        """;

    private const string SaveOne = $"""
        update ordering.carts set {Changed} where id = $1 and version = $2 and completed_at is null and completing_until is null
        """;

    // Whoever merges the same carts the other way round waits at the first row, and then finds another version.
    private const string SaveAndEmpty = $"""
        with free as materialized (
            select c.id from ordering.carts c
            where ((c.id = $1 and c.version = $2) or (c.id = $18 and c.version = $19)) and c.completed_at is null and c.completing_until is null
            order by c.id for update),
        pair as materialized (select count(*) from free having count(*) = 2),
        emptied as (
            update ordering.carts o set version = o.version + 1, updated_at = $3, promo_codes = array[]::text[], shipping_methods = '[]', lines = '[]'
            from pair where o.id = $18)
        update ordering.carts set {Changed} where id = $1 and exists (select from pair)
        """;

    private static readonly string LoadOther = $"""
        select {Columns} from ordering.carts c
        where c.customer_id = $1 and c.id <> $2 and c.region_id = $3 and c.sales_channel_id is not distinct from $4
            and c.completed_at is null and c.completing_until is null and json_array_length(c.lines) > 0
            and not (c.payment_begun and c.updated_at > now() - $5)
        order by c.updated_at desc, c.id desc limit 1
        """;

    // Somebody may be at the payment of a cart that was changed as lately as this.
    private static readonly TimeSpan MayBeBeingPaid = TimeSpan.FromHours(1);

    /// <summary>A cart, or null.</summary>
    public async Task<CartState?> Load(Guid id, CancellationToken ct)
    {
        await using var command = db.Command(LoadOne);
        command.Parameters.Add(Value(id));
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    /// <summary>The cart that the customer last filled, of the region and sales channel of <paramref name="cart"/>; null when there is none but it.</summary>
    public async Task<CartState?> FindOther(Guid customer, CartState cart, CancellationToken ct)
    {
        await using var command = db.Command(LoadOther);
        command.Parameters.AddRange(new[]
        {
            Value(customer), Value(cart.Id), Value(cart.RegionId), Value(cart.SalesChannelId, NpgsqlDbType.Uuid), Value(MayBeBeingPaid),
        });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    /// <summary>
    /// As <see cref="Load"/>, and from now on every change looks after the amount owed; one that had begun before starts again. Of a customer's cart only
    /// when that customer pays.
    /// </summary>
    public async Task<CartState?> LoadToPay(Guid id, Guid? customer, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            update ordering.carts set payment_begun = true, version = version + 1
            where id = $1 and not payment_begun and completed_at is null and completing_until is null and (customer_id is null or customer_id = $2)
            """) { Parameters = { Value(id), Value(customer, NpgsqlDbType.Uuid) } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LoadOne) { Parameters = { Value(id) } });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    /// <summary>
    /// The cart when it may be changed now. While somebody completes it, it may not; nor when that was cut off, until the checkout is
    /// finished or given up: what is ordered is what the shopper last saw.
    /// </summary>
    public static Result<CartState> RefuseClosed(CartState? cart, string wireId)
    {
        if (cart is null) return CartErrors.IdNotFound(wireId);
        if (cart.CompletedAt is not null) return CartErrors.Completed(wireId);
        if (cart.IsCompleting) return CartErrors.BeingCompleted(wireId);
        return cart;
    }

    /// <summary>Writes a new cart.</summary>
    public async Task Insert(CartState cart, CancellationToken ct)
    {
        await using var command = db.Command("""
            insert into ordering.carts (id, version, updated_at, created_at, region_id, currency_code, sales_channel_id, email, locale, customer_id,
                promo_codes, taxes_asked, metadata, shipping_address, billing_address, shipping_methods, lines, customer_email)
            values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """);
        AddValues(command, cart, cart.Version, cart.Lines);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// Writes <paramref name="next"/> over <paramref name="current"/>, and empties the cart whose lines it took over; false when one of them is no
    /// longer what was read, and then nothing is written.
    /// </summary>
    public async Task<bool> Save(CartState current, CartState next, CartState? emptied, CancellationToken ct)
    {
        await using var command = db.Command(emptied is null ? SaveOne : SaveAndEmpty);
        // Lines are most of a cart: unchanged they stay where they are.
        AddValues(command, next, current.Version, next.Lines.SequenceEqual(current.Lines) ? null : next.Lines);
        if (emptied is not null) command.Parameters.AddRange(new[] { Value(emptied.Id), Value(emptied.Version) });
        return await command.ExecuteNonQueryAsync(ct) > 0;
    }

    /// <summary>The cart of the row at which the reader stands.</summary>
    public CartState Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(1), reader.GetInt64(2), reader.GetGuid(3), reader.GetString(4), Maybe<Guid>(reader, 5), Text(reader, 6), Text(reader, 7),
        Maybe<Guid>(reader, 8), reader.GetFieldValue<string[]>(9), seal.Open(Json(reader, 12, CartColumnsJson.Default.KeptAddress)),
        seal.Open(Json(reader, 13, CartColumnsJson.Default.KeptAddress)), reader.GetBoolean(10), Text(reader, 11), Time(reader, 14), Time(reader, 15),
        Maybe<DateTimeOffset>(reader, 16), Maybe<Guid>(reader, 17), reader.GetBoolean(18), reader.GetBoolean(19),
        Json(reader, 20, CartColumnsJson.Default.IReadOnlyListCartLine)!, Json(reader, 21, CartColumnsJson.Default.IReadOnlyListCartShippingMethod)!)
    { CatalogVersion = reader.GetInt64(0), CustomerEmail = Text(reader, 22) };

    private void AddValues(NpgsqlCommand command, CartState cart, long version, IReadOnlyList<CartLine>? lines) =>
        command.Parameters.AddRange(new[]
        {
            Value(cart.Id), Value(version), Value(cart.UpdatedAt), Value(cart.RegionId), Value(cart.CurrencyCode),
            Value(cart.SalesChannelId, NpgsqlDbType.Uuid), Value(cart.Email, NpgsqlDbType.Text), Value(cart.Locale, NpgsqlDbType.Text),
            Value(cart.CustomerId, NpgsqlDbType.Uuid), Value(cart.PromoCodes.ToArray()), Value(cart.TaxesAsked), Value(cart.Metadata, NpgsqlDbType.Json),
            Json(seal.Close(cart.ShippingAddress), CartColumnsJson.Default.KeptAddress), Json(seal.Close(cart.BillingAddress), CartColumnsJson.Default.KeptAddress),
            Json(cart.ShippingMethods, CartColumnsJson.Default.IReadOnlyListCartShippingMethod), Json(lines, CartColumnsJson.Default.IReadOnlyListCartLine),
            Value(cart.CustomerEmail, NpgsqlDbType.Text),
        });

    private static NpgsqlParameter Value<T>(T value) where T : notnull => new NpgsqlParameter<T> { TypedValue = value };

    private static NpgsqlParameter Value(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static NpgsqlParameter Json<T>(T? value, JsonTypeInfo<T> type) where T : class =>
        Value(value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, type), NpgsqlDbType.Json);

    private static T? Json<T>(NpgsqlDataReader reader, int column, JsonTypeInfo<T> type) where T : class =>
        reader.IsDBNull(column) ? null : JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(column), type);

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private static T? Maybe<T>(NpgsqlDataReader reader, int column) where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
