using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Ordering.Carts;

/// <summary>
/// Reads and writes carts: one round trip each. A write takes place only on the version that was read, in one statement, so that no
/// change is lost and nothing is locked while other modules are asked.
/// </summary>
internal sealed class CartStore(Db db)
{
    /// <summary>A cart, or null.</summary>
    public async Task<CartState?> Load(Guid id, CancellationToken ct)
    {
        await using var batch = db.Batch();
        return await Read(batch, id, ct);
    }

    /// <summary>As <see cref="Load"/>, and from now on every change looks after the amount owed; one that had begun before starts again.</summary>
    public async Task<CartState?> LoadToPay(Guid id, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            update ordering.carts set payment_begun = true, version = version + 1
            where id = $1 and not payment_begun and completed_at is null and completing_until is null
            """) { Parameters = { new NpgsqlParameter { Value = id } } });
        return await Read(batch, id, ct);
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
            with changed as (
                insert into ordering.carts (id, version, region_id, currency_code, sales_channel_id, email, locale, customer_id, promo_codes,
                    shipping_address, billing_address, taxes_asked, metadata, created_at, updated_at)
                values (@id, @version, @region, @currency, @channel, @email, @locale, @customer, @codes,
                    @shipping, @billing, @taxes, @metadata, @now, @now)
                returning id)
            insert into ordering.cart_lines (id, cart_id, variant_id, product_id, quantity, metadata, snapshot, created_at, updated_at)
            select l.id, c.id, l.variant_id, l.product_id, l.quantity, l.metadata::jsonb, l.snapshot::jsonb, @now, @now
            from changed c, unnest(@line_ids, @variants, @products, @quantities, @line_metadata, @snapshots) with ordinality
                as l (id, variant_id, product_id, quantity, metadata, snapshot, nr)
            order by l.nr
            """);
        AddCart(command, cart, cart.CreatedAt);
        AddLines(command, cart.Lines);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Writes <paramref name="next"/> over <paramref name="current"/>; false when the cart is no longer what was read.</summary>
    public async Task<bool> Save(CartState current, CartState next, CancellationToken ct)
    {
        var lineIds = next.Lines.Select(l => l.Id).ToHashSet();
        var methodIds = next.ShippingMethods.Select(m => m.Id).ToHashSet();
        var newMethods = next.ShippingMethods.Where(m => !current.ShippingMethods.Contains(m)).ToList();
        await using var command = db.Command("""
            with changed as (
                update ordering.carts set version = version + 1, region_id = @region, currency_code = @currency, sales_channel_id = @channel,
                    email = @email, locale = @locale, customer_id = @customer, promo_codes = @codes, shipping_address = @shipping,
                    billing_address = @billing, taxes_asked = @taxes, metadata = @metadata, updated_at = @now
                where id = @id and version = @version and completed_at is null and completing_until is null
                returning id),
            gone_lines as (
                delete from ordering.cart_lines l using changed c where l.cart_id = c.id and l.id = any (@gone_lines)),
            gone_methods as (
                delete from ordering.cart_shipping_methods m using changed c where m.cart_id = c.id and m.id = any (@gone_methods)),
            lines as (
                insert into ordering.cart_lines (id, cart_id, variant_id, product_id, quantity, metadata, snapshot, created_at, updated_at)
                select l.id, c.id, l.variant_id, l.product_id, l.quantity, l.metadata::jsonb, l.snapshot::jsonb, @now, @now
                from changed c, unnest(@line_ids, @variants, @products, @quantities, @line_metadata, @snapshots) with ordinality
                    as l (id, variant_id, product_id, quantity, metadata, snapshot, nr)
                order by l.nr
                on conflict (id) do update set quantity = excluded.quantity, metadata = excluded.metadata, snapshot = excluded.snapshot,
                    updated_at = excluded.updated_at),
            methods as (
                insert into ordering.cart_shipping_methods (id, cart_id, shipping_option_id, profile_id, name, data, created_at)
                select m.id, c.id, m.option_id, m.profile_id, m.name, m.data::jsonb, @now
                from changed c, unnest(@method_ids, @options, @profiles, @names, @data) as m (id, option_id, profile_id, name, data)
                on conflict (id) do update set profile_id = excluded.profile_id, name = excluded.name)
            select count(*) from changed
            """);
        AddCart(command, next with { Version = current.Version }, next.UpdatedAt);
        AddLines(command, next.Lines.Where(l => !current.Lines.Contains(l)).ToList());
        command.Parameters.AddWithValue("gone_lines", current.Lines.Select(l => l.Id).Where(id => !lineIds.Contains(id)).ToArray());
        command.Parameters.AddWithValue("gone_methods", current.ShippingMethods.Select(m => m.Id).Where(id => !methodIds.Contains(id)).ToArray());
        command.Parameters.AddWithValue("method_ids", newMethods.Select(m => m.Id).ToArray());
        command.Parameters.AddWithValue("options", newMethods.Select(m => m.OptionId).ToArray());
        command.Parameters.AddWithValue("profiles", newMethods.Select(m => m.ProfileId).ToArray());
        command.Parameters.AddWithValue("names", newMethods.Select(m => m.Name).ToArray());
        command.Parameters.AddWithValue("data", NpgsqlDbType.Array | NpgsqlDbType.Text, newMethods.Select(m => m.Data).ToArray());
        return (long)(await command.ExecuteScalarAsync(ct))! == 1;
    }

    private static void AddCart(NpgsqlCommand command, CartState cart, DateTimeOffset now)
    {
        var p = command.Parameters;
        p.AddWithValue("id", cart.Id);
        p.AddWithValue("version", cart.Version);
        p.AddWithValue("region", cart.RegionId);
        p.AddWithValue("currency", cart.CurrencyCode);
        p.AddWithValue("channel", NpgsqlDbType.Uuid, (object?)cart.SalesChannelId ?? DBNull.Value);
        p.AddWithValue("email", NpgsqlDbType.Text, (object?)cart.Email ?? DBNull.Value);
        p.AddWithValue("locale", NpgsqlDbType.Text, (object?)cart.Locale ?? DBNull.Value);
        p.AddWithValue("customer", NpgsqlDbType.Uuid, (object?)cart.CustomerId ?? DBNull.Value);
        p.AddWithValue("codes", cart.PromoCodes.ToArray());
        p.AddWithValue("shipping", NpgsqlDbType.Jsonb, (object?)Json(cart.ShippingAddress) ?? DBNull.Value);
        p.AddWithValue("billing", NpgsqlDbType.Jsonb, (object?)Json(cart.BillingAddress) ?? DBNull.Value);
        p.AddWithValue("taxes", cart.TaxesAsked);
        p.AddWithValue("metadata", NpgsqlDbType.Jsonb, (object?)cart.Metadata ?? DBNull.Value);
        p.AddWithValue("now", now);
    }

    private static void AddLines(NpgsqlCommand command, IReadOnlyList<CartLine> lines)
    {
        var p = command.Parameters;
        p.AddWithValue("line_ids", lines.Select(l => l.Id).ToArray());
        p.AddWithValue("variants", lines.Select(l => l.VariantId).ToArray());
        p.AddWithValue("products", lines.Select(l => l.ProductId).ToArray());
        p.AddWithValue("quantities", lines.Select(l => l.Quantity).ToArray());
        p.AddWithValue("line_metadata", lines.Select(l => l.Metadata).ToArray());
        p.AddWithValue("snapshots", lines.Select(l => JsonSerializer.Serialize(l.Snapshot, CartColumnsJson.Default.LineSnapshot)).ToArray());
    }

    private static async Task<CartState?> Read(NpgsqlBatch batch, Guid id, CancellationToken ct)
    {
        batch.BatchCommands.Add(TopicVersion.Read("catalog"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            select c.version, c.region_id, c.currency_code, c.sales_channel_id, c.email, c.locale, c.customer_id, c.promo_codes,
                c.shipping_address::text, c.billing_address::text, c.taxes_asked, c.metadata::text, c.created_at, c.updated_at,
                c.completed_at, c.order_id, c.completing_until is not null, c.payment_begun
            from ordering.carts c where c.id = $1
            """) { Parameters = { new NpgsqlParameter { Value = id } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            select l.id, l.variant_id, l.product_id, l.quantity, l.metadata::text, l.snapshot::text, l.created_at, l.updated_at
            from ordering.cart_lines l where l.cart_id = $1 order by l.position
            """) { Parameters = { new NpgsqlParameter { Value = id } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            select m.id, m.shipping_option_id, m.profile_id, m.name, m.data::text, m.created_at
            from ordering.cart_shipping_methods m where m.cart_id = $1 order by m.id
            """) { Parameters = { new NpgsqlParameter { Value = id } } });

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var catalogVersion = reader.GetInt64(0);
        await reader.NextResultAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var cart = new CartState(
            id, reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), Maybe<Guid>(reader, 3), Text(reader, 4), Text(reader, 5),
            Maybe<Guid>(reader, 6), reader.GetFieldValue<string[]>(7), Address(reader, 8), Address(reader, 9), reader.GetBoolean(10),
            Text(reader, 11), Time(reader, 12), Time(reader, 13), Maybe<DateTimeOffset>(reader, 14), Maybe<Guid>(reader, 15),
            reader.GetBoolean(16), reader.GetBoolean(17), [], [])
        { CatalogVersion = catalogVersion };

        var lines = new List<CartLine>();
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
            lines.Add(new CartLine(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(4),
                JsonSerializer.Deserialize(reader.GetString(5), CartColumnsJson.Default.LineSnapshot)!, Time(reader, 6), Time(reader, 7)));

        var methods = new List<CartShippingMethod>();
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
            methods.Add(new CartShippingMethod(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3), Text(reader, 4), Time(reader, 5)));
        return cart with { Lines = lines, ShippingMethods = methods };
    }

    private static string? Json(CartAddress? address) =>
        address is null ? null : JsonSerializer.Serialize(address, CartColumnsJson.Default.CartAddress);

    private static CartAddress? Address(NpgsqlDataReader reader, int column) =>
        Text(reader, column) is { } json ? JsonSerializer.Deserialize(json, CartColumnsJson.Default.CartAddress) : null;

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private static T? Maybe<T>(NpgsqlDataReader reader, int column) where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
