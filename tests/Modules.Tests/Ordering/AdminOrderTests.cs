using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class AdminOrderTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task Staff_see_an_order_whole_however_old_it_is()
    {
        var voucher = await shop.Voucher(stock: null);
        var cart = await shop.ReadyCart((voucher, 2));
        await shop.Store.PostJson($"/store/carts/{cart}", new { shipping_address = new { first_name = "Thandi", city = "Cape Town", country_code = "za" } });
        var id = (string)(await shop.Complete(cart))["order"]!["id"]!;
        await shop.Scalar<object>($"update ordering.orders set created_at = now() - interval '2 days' where id = '{ShopFixture.Decode("order", id)}'");

        var order = (await shop.Admin.GetJson($"/admin/orders/{id}"))["order"]!;

        Assert.Equal(("pending", "thandi@example.com", "Thandi", "Cape Town"), ((string)order["status"]!, (string)order["email"]!,
            (string)order["shipping_address"]!["first_name"]!, (string)order["shipping_address"]!["city"]!));
        Assert.Equal((500m, "authorized", "not_fulfilled", cart, 1), ((decimal)order["total"]!, (string)order["payment_status"]!,
            (string)order["fulfillment_status"]!, (string)order["cart_id"]!, (int)order["version"]!));
        Assert.Null(order["canceled_at"]);
        var payment = order["payment_collections"]![0]!["payments"]![0]!;
        Assert.Equal((500m, "pp_system_default"), ((decimal)payment["amount"]!, (string)payment["provider_id"]!));
        var line = Assert.Single(order["items"]!.AsArray())!;
        Assert.Equal((voucher.WireId, 2, 250m), ((string)line["variant"]!["id"]!, (int)line["quantity"]!, (decimal)line["unit_price"]!));

        var shopper = (await shop.Store.GetJson($"/store/orders/{id}"))["order"]!.AsObject();
        Assert.Equal((false, false), (shopper.ContainsKey("cart_id"), shopper.ContainsKey("canceled_at")));
        Assert.Equal(["id", "status", "total"], (await shop.Admin.GetJson($"/admin/orders/{id}?fields=status,total"))["order"]!.AsObject().Select(p => p.Key).Order());
        await shop.Admin.GetJson($"/admin/orders/{id}?field=status", 400);
        Assert.Equal("Order id not found: order_1", (string)(await shop.Admin.GetJson("/admin/orders/order_1", 404))["message"]!);
        await shop.Store.GetJson($"/admin/orders/{id}", 401);
    }

    [Fact]
    public async Task The_list_shows_newest_first_and_finds_by_number_mail_and_every_filter()
    {
        var voucher = await shop.Voucher(stock: null);
        var mail = $"{Guid.NewGuid():n}@Example.com";
        var orders = new List<JsonNode>();
        for (var quantity = 1; quantity <= 3; quantity++) orders.Add(await Order(voucher, quantity, quantity == 2 ? "other@example.org" : mail));
        var ids = orders.ConvertAll(o => (string)o["id"]!);
        var numbers = orders.ConvertAll(o => (long)o["display_id"]!);
        await shop.Scalar<object>($"update ordering.orders set status = 'completed' where id = '{ShopFixture.Decode("order", ids[2])}'");

        var page = await shop.Admin.GetJson("/admin/orders?limit=3");
        Assert.Equal([ids[2], ids[1], ids[0]], Ids(page));
        Assert.Equal((3, 0, await shop.Orders()), ((int)page["limit"]!, (int)page["offset"]!, (long)page["count"]!));
        var first = page["orders"]![0]!.AsObject();
        Assert.Equal((750m, 750m, "authorized", mail), ((decimal)first["total"]!, (decimal)first["summary"]!["pending_difference"]!,
            (string)first["payment_status"]!, (string)first["email"]!));
        Assert.Equal((false, false), (first.ContainsKey("items"), first.ContainsKey("payment_collections")));

        Assert.Equal([ids[1]], await Found($"q={numbers[1]}"));
        Assert.Equal([ids[1]], await Found($"q=%23{numbers[1]}"));
        Assert.Equal([ids[2], ids[0]], await Found($"q={mail[5..20]}"));
        Assert.Equal([ids[0]], await Found($"q={mail[..8]} {numbers[0]}"));
        Assert.Equal([ids[2], ids[0]], await Found($"email={mail.ToUpperInvariant()}"));
        Assert.Equal([ids[2]], await Found($"email={mail}&status=completed"));
        Assert.Equal([ids[1], ids[0]], await Found($"id[]={ids[0]}&id[]={ids[1]}"));
        Assert.Equal([ids[0], ids[1]], await Found($"id[]={ids[0]}&id[]={ids[1]}&order=display_id"));
        Assert.Equal([ids[1], ids[0]], await Found($"$or[0][display_id]={numbers[0]}&$or[1][id]={ids[1]}"));
        Assert.Equal([ids[2]], await Found($"cart_id={await CartOf(ids[2])}&region_id={shop.Region}&sales_channel_id={shop.Channel}&currency_code=zar"));
        Assert.Empty(await Found($"id={ids[0]}&region_id={shop.TaxOnTopRegion}"));
        Assert.Empty(await Found($"id={ids[0]}&customer_id=cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"));
        Assert.Empty(await Found($"id={ids[0]}&display_id=x"));
        Assert.Empty(await Found($"id={ids[0]}&canceled_at[$gt]=2020-01-01"));
        Assert.Equal([ids[0]], await Found($"id={ids[0]}&created_at[$gt]=2020-01-01"));
        var narrow = (await shop.Admin.GetJson($"/admin/orders?id={ids[0]}&fields=display_id,items.quantity,payment_collections.payments.amount"))["orders"]![0]!;
        Assert.Equal($$"""{"id":"{{ids[0]}}","display_id":{{numbers[0]}},"items":[{"quantity":1}],"payment_collections":[{"payments":[{"amount":250}]}]}""",
            WithoutIds(narrow).ToJsonString());
        Assert.Equal("Invalid request: Unrecognized fields: 'state'", (string)(await shop.Admin.GetJson("/admin/orders?state=x", 400))["message"]!);
        await shop.Store.GetJson("/admin/orders", 401);
    }

    [Fact]
    public async Task A_page_of_orders_takes_two_round_trips()
    {
        var voucher = await shop.Voucher(stock: null);
        for (var i = 1; i <= 3; i++) await Order(voucher, i, "many@example.com");
        await RoundTrips.AtMost(2, () => shop.Admin.GetJson("/admin/orders?limit=3"));
    }

    private async Task<JsonNode> Order(ShopVariant voucher, int quantity, string email)
    {
        var cart = await shop.ReadyCart((voucher, quantity));
        await shop.Store.PostJson($"/store/carts/{cart}", new { email });
        return (await shop.Complete(cart))["order"]!;
    }

    private async Task<string> CartOf(string order) => (string)(await shop.Admin.GetJson($"/admin/orders/{order}"))["order"]!["cart_id"]!;

    private async Task<IEnumerable<string>> Found(string query) => Ids(await shop.Admin.GetJson($"/admin/orders?{query}"));

    private static IEnumerable<string> Ids(JsonNode page) => page["orders"]!.AsArray().Select(o => (string)o!["id"]!);

    private static JsonNode WithoutIds(JsonNode order)
    {
        foreach (var relation in (string[])["items", "payment_collections"]) order[relation]![0]!.AsObject().Remove("id");
        order["payment_collections"]![0]!["payments"]![0]!.AsObject().Remove("id");
        return order;
    }
}
