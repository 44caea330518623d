using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>GET /store/orders: the orders of whoever is signed in, the newest first (recording 100).</summary>
internal static class CustomerOrders
{
    private static readonly string[] Defaults =
    [
        "status", "summary", "display_id", "custom_display_id", "total", "currency_code", "metadata", "created_at", "updated_at", "version",
        "items", "-items.variant", "-items.product", "items.tax_lines", "items.adjustments", "items.detail", "payment_status", "fulfillment_status",
    ];

    private static readonly SqlList Orders = new("ordering.orders o", OrdersStore.Document, "o.id")
    {
        Always = "o.customer_id = @value",
        Filters = (filter, query) => filter
            .And("o.id = any (@value)", query.Ids("id", "order"))
            .And("o.status = any (@value)", query.Texts("status"))
            .And("o.currency_code = any (@value)", query.Texts("currency_code"))
            .AndTimes(query, "o"),
        Orders = SqlList.Columns("o", "id", "display_id", "status", "total", "created_at", "updated_at"),
        DefaultOrder = "o.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Actor actor, Db db, OrderAnswers answers, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = Orders.Of(query, actor.Id, refuseUnknown: false);
        ListPage<Order> page;
        await using (var connection = await db.Open(ct)) page = (await list.Read<string>(connection, ct)).To(OrdersStore.Read);
        return await answers.Page(page, fields, OrderView.Shopper, ct);
    }
}
