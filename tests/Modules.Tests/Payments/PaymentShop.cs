using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Modules.Tests.Ordering;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>A shop whose staff move the money of placed orders.</summary>
public class PaymentShop : CheckoutShop
{
    /// <summary>An order of R 250.00, paid by promise.</summary>
    public async Task<PaidOrder> Order()
    {
        var cart = await ReadyCart((await Voucher(stock: null), 1));
        var order = (string)(await Complete(cart))["order"]!["id"]!;
        var payment = (string)(await Show(order))["payment_collections"]![0]!["payments"]![0]!["id"]!;
        // Payments hears of the order a moment later, and shows it.
        var id = Decode("pay", payment);
        await this.Until($"exists (select from payments.payments where id = '{id}' and order_id is not null)");
        return new PaidOrder(cart, order, payment, id);
    }

    /// <summary>The order as a shopper reads it, with its payments.</summary>
    public async Task<JsonNode> Show(string order) =>
        (await Store.GetJson($"/store/orders/{order}?fields=*payment_collections.payments,+payment_status"))["order"]!;

    public async Task<JsonNode> Read(PaidOrder order) => (await Admin.GetJson($"/admin/payments/{order.Payment}"))["payment"]!;

    public async Task<JsonNode> Move(PaidOrder order, string how, object? body = null) =>
        (await Admin.PostJson($"/admin/payments/{order.Payment}/{how}", body))["payment"]!;

    public async Task<(string Code, string Message)> Refused(PaidOrder order, string how, object? body = null, int status = 400)
    {
        var refusal = await Admin.PostJson($"/admin/payments/{order.Payment}/{how}", body, status);
        return ((string)refusal["code"]!, (string)refusal["message"]!);
    }

    /// <summary>Asks and answers the status, whatever it is.</summary>
    public async Task<int> Try(PaidOrder order, string how, string body = "{}")
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await Admin.PostAsync(new Uri($"/admin/payments/{order.Payment}/{how}", UriKind.Relative), content);
        return (int)response.StatusCode;
    }

    /// <summary>What the ledger says of one kind of movement.</summary>
    public Task<long> Sum(PaidOrder order, string kind) =>
        Scalar<long>($"select coalesce(sum(amount), 0)::bigint from payments.ledger where payment_id = '{order.Id}' and kind = '{kind}'")!;

    /// <summary>The payment's books in a line: sums of the payment, sums and number of rows of the ledger, operations by status.</summary>
    public async Task<string> Books(PaidOrder order) => (await Scalar<string>($"""
        select format('captured %s refunded %s canceled %s; ledger %s; operations %s', p.captured, p.refunded, p.canceled_at is not null,
            (select string_agg(format('%s %s of %s', l.kind, l.amount, l.rows), ', ' order by l.kind) from (
                select kind, sum(amount) as amount, count(*) as rows from payments.ledger where payment_id = p.id group by kind) l),
            (select string_agg(format('%s %s', o.status, o.rows), ', ' order by o.status) from (
                select status, count(*) as rows from payments.operations where payment_id = p.id group by status) o))
        from payments.payments p where p.id = '{order.Id}'
        """))!;
}

/// <summary>A placed order and the payment of it.</summary>
public sealed record PaidOrder(string Cart, string Order, string Payment, Guid Id);
