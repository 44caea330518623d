using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Keeps <see cref="IOrderData"/>: carts, orders and requests for orders of a person.</summary>
internal sealed class OrderData(Db db, PersonalSeal seal) : IOrderData
{
    private const string Documents = """
        select 'orders' as name, coalesce(json_agg(r), '[]')::text as json from (
            select audit.wire_id('order', o.id) as id, o.display_id, o.status, o.currency_code, o.email, o.locale, o.shipping_address, o.billing_address, o.metadata,
                o.subtotal, o.discount_total, o.tax_total, o.total, o.created_at, o.updated_at, o.canceled_at,
                (select json_agg(json_build_object('title', l.title, 'sku', l.variant_sku, 'quantity', l.quantity, 'unit_price', l.unit_price, 'total', l.total,
                    'metadata', l.metadata) order by l.position) from ordering.order_lines l where l.order_id = o.id) as items,
                (select json_agg(json_build_object('name', s.name, 'data', s.data, 'total', s.total) order by s.position)
                    from ordering.order_shipping_methods s where s.order_id = o.id) as shipping_methods
            from ordering.orders o where o.id = any (@orders) order by o.id) r
        union all
        select 'carts', coalesce(json_agg(r), '[]')::text from (
            select audit.wire_id('cart', c.id) as id, c.currency_code, c.email, c.customer_email, c.locale, c.promo_codes, c.shipping_address, c.billing_address, c.metadata,
                c.lines, c.shipping_methods, c.created_at, c.updated_at, c.completed_at
            from ordering.carts c where c.id = any (@carts) order by c.id) r
        union all
        select 'order_transfers', coalesce(json_agg(r), '[]')::text from (
            select audit.wire_id('order', t.order_id) as order_id, t.status, t.customer_id = @CustomerId as is_asked_by_them, t.created_at, t.expires_at, t.ended_at
            from ordering.order_transfers t where t.customer_id = @CustomerId or t.from_customer_id = @CustomerId order by t.id) r
        """;

    public async Task<Result<Purchases>> FindPurchases(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleAsync<PurchasesRow>(new CommandDefinition("""
            with orders as (
                select o.id, o.cart_id, o.email, o.shipping_address, o.billing_address from ordering.orders o
                where o.customer_id = @CustomerId or (o.customer_id is null and lower(o.email) = any (@proven))),
            carts as (
                select c.id, c.email, c.customer_email, c.shipping_address, c.billing_address from ordering.carts c
                where c.customer_id = @CustomerId or (c.customer_id is null and lower(c.email) = any (@proven)) or c.id in (select o.cart_id from orders o)),
            addresses as (
                select o.shipping_address as address from orders o union all select o.billing_address from orders o
                union all select c.shipping_address from carts c union all select c.billing_address from carts c)
            select array(select c.id from carts c union select o.cart_id from orders o) as cart_ids, array(select o.id from orders o) as order_ids,
                array(select e.email from (select o.email from orders o union select c.email from carts c union select c.customer_email from carts c) e where e.email <> '') as emails,
                array(select a.address::text from addresses a where a.address is not null) as addresses
            """, new { request.CustomerId, proven = request.Proven.ToArray() }, cancellationToken: ct));
        var phones = row.Addresses.Select(a => seal.Open(JsonSerializer.Deserialize(a, CartColumnsJson.Default.KeptAddress))?.Phone).OfType<string>().Where(p => p.Length > 0);
        return new Purchases(row.CartIds, row.OrderIds, row.Emails, [.. phones.Distinct(StringComparer.Ordinal)]);
    }

    public async Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var documents = await connection.QueryAsync<PersonalDocument>(new CommandDefinition(
            Documents, new { request.CustomerId, orders = request.OrderIds.ToArray(), carts = request.CartIds.ToArray() }, cancellationToken: ct));
        return new PersonalData([.. documents.Select(d => d with { Json = Opened(d.Json) })]);
    }

    private string Opened(string document)
    {
        var rows = JsonNode.Parse(document)!.AsArray();
        foreach (var row in rows.OfType<JsonObject>())
            foreach (var address in (string[])["shipping_address", "billing_address"])
                if (row[address] is { } kept)
                    row[address] = JsonSerializer.SerializeToNode(seal.Open(kept.Deserialize(CartColumnsJson.Default.KeptAddress)), CartColumnsJson.Default.CartAddress!);
        return rows.ToJsonString();
    }

    public async Task<Result<OpenMatters>> FindOpenMatters(FindOpenMatters request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return new OpenMatters((await connection.QueryAsync<string>(new CommandDefinition("""
            select 'a checkout is under way' where exists (
                select from ordering.carts c where c.id = any (@carts) and c.completed_at is null and c.completing_until is not null)
            union all
            select format('order #%s is of the last %s days and may not have arrived', o.display_id, @days) from ordering.orders o
            where o.id = any (@orders) and o.status in ('pending', 'requires_action') and o.created_at > now() - @Recent
            """,
            new { carts = request.Person.CartIds.ToArray(), orders = request.Person.OrderIds.ToArray(), request.Recent, days = Math.Ceiling(request.Recent.TotalDays) },
            cancellationToken: ct))).AsList());
    }

    public async Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct) => await ForgetOrders.Run(db, request.Person, ct);

    private sealed record PurchasesRow(Guid[] CartIds, Guid[] OrderIds, string[] Emails, string[] Addresses);
}
