using Dapper;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// Takes a person out of their carts and orders, all at once. The books stay: numbers, lines, amounts, currency, dates, and of addresses the country and the
/// province, which taxes go by. Refunds and cancellations need nothing else.
/// </summary>
internal static class ForgetOrders
{
    private static readonly string Sql = $$"""
        update ordering.orders o set customer_id = null, email = null, metadata = null, shipping_address = {{Of("o.shipping_address")}}, billing_address = {{Of("o.billing_address")}}
        where o.id = any (@orders);
        update ordering.order_lines set metadata = null where order_id = any (@orders) and metadata is not null;
        update ordering.order_shipping_methods set data = null where order_id = any (@orders) and data is not null;
        delete from ordering.carts where id = any (@carts) and completed_at is null and not payment_begun and completing_token is null;
        update ordering.carts c set version = c.version + 1, customer_id = null, customer_email = null, email = null, metadata = null,
            shipping_address = {{Of("c.shipping_address")}}, billing_address = {{Of("c.billing_address")}},
            lines = coalesce((select json_agg(l::jsonb || jsonb_build_object('metadata', '{}'::jsonb)) from json_array_elements(c.lines) l), '[]'),
            shipping_methods = coalesce((select json_agg(m::jsonb - 'data') from json_array_elements(c.shipping_methods) m), '[]')
        where c.id = any (@carts);
        delete from ordering.order_transfers where customer_id = @CustomerId;
        update ordering.order_transfers set from_customer_id = null where from_customer_id = @CustomerId;
        update ordering.order_transfers set status = 'canceled', ended_at = now(), token_hash = null where order_id = any (@orders) and status = 'requested';
        """;

    public static async Task<Forgotten> Run(Db db, Person person, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            Sql, new { person.CustomerId, orders = person.OrderIds.ToArray(), carts = person.CartIds.ToArray() }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return new Forgotten([new("orders", person.OrderIds.Count, "number, lines, amounts, currency, dates, country and province: the law has shops keep their books")]);
    }

    private static string Of(string address) => $"({address}::jsonb - 'sealed')::json";
}
