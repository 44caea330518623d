using System.Globalization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// Staff's orders: a list (<c>q</c> looks at number and e-mail; filters below) and one of them. They are what shoppers see, never masked,
/// with the cart and the time of cancellation.
/// </summary>
internal static class ReadOrders
{
    private static readonly SqlList Orders = new("ordering.orders o", OrdersStore.Document, "o.id")
    {
        Filters = (filter, query) => Search(filter, query.Text("q"))
            .And("o.id = any (@value)", query.Ids("id", "order"))
            .And("o.display_id = any (@value)", query.Texts("display_id")?.Select(text => Number(text) ?? 0).ToArray())
            .And("o.status = any (@value)", query.Texts("status"))
            .And("lower(o.email) = any (@value)", query.Texts("email")?.Select(text => text.ToLowerInvariant()).ToArray())
            .And("o.customer_id = any (@value)", query.Ids("customer_id", "cus"))
            .And("o.region_id = any (@value)", query.Ids("region_id", "reg"))
            .And("o.sales_channel_id = any (@value)", query.Ids("sales_channel_id", "sc"))
            .And("o.currency_code = any (@value)", query.Texts("currency_code"))
            .And("o.cart_id = any (@value)", query.Ids("cart_id", "cart"))
            .AndTimes(query, "o").AndTimes(query, "o", "canceled_at"),
        Orders = SqlList.Columns("o", "id", "display_id", "status", "email", "created_at", "updated_at", "canceled_at"),
        DefaultOrder = "o.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, OrderAnswers answers, CancellationToken ct)
    {
        var fields = query.Fields("*", "summary");
        var list = Orders.Of(query);
        ListPage<Order> page;
        await using (var connection = await db.Open(ct)) page = (await list.Read<string>(connection, ct)).To(OrdersStore.Read);
        return await answers.Page(page, fields, OrderView.Staff, ct);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, OrderAnswers answers, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.StaffDefaults);
        query.RejectUnknown();
        return WireId.TryDecode("order", id, out var orderId) && await OrdersStore.Load(db, orderId, byCart: false, ct) is { } order
            ? await answers.One(order, fields, OrderView.Staff, ct)
            : Reply.Error(OrderErrors.NotFound(id));
    }

    private static ListFilter Search(ListFilter filter, string? text)
    {
        foreach (var word in ListFilter.Words(text))
        {
            var email = $"o.email ilike {filter.Parameter(ListFilter.Pattern(word)!)}";
            filter.And(Number(word) is { } number ? $"(o.display_id = {filter.Parameter(number)} or {email})" : email);
        }

        return filter;
    }

    /// <summary>A number as people write it, <c>1042</c> or <c>#1042</c>.</summary>
    private static long? Number(string text) =>
        long.TryParse(text.AsSpan().TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
