using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Identity.Apps;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>Orders of people with an account, as they, guests and other customers see them.</summary>
public class CustomerOrderTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task Customers_list_their_own_orders_the_newest_first_and_nobody_elses()
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        Assert.Equal("""{"orders":[],"count":0,"offset":0,"limit":50}""", (await person.Client.GetJson("/store/orders")).ToJsonString());

        var first = await Buy(person.Client);
        var second = await Buy(person.Client);
        var others = await Buy(other.Client);
        await Buy(shop.Store);

        var list = await person.Client.GetJson("/store/orders?limit=5&unheard=of");
        Recordings.SameShape("100-customer-orders-list", "", list, [.. Unset("orders")]);
        Assert.Equal((2, 0, 5), ((int)list["count"]!, (int)list["offset"]!, (int)list["limit"]!));
        Assert.Equal([second, first], Ids(list));
        Assert.Equal([others], Ids(await other.Client.GetJson("/store/orders")));
    }

    [Fact]
    public async Task Customers_see_their_orders_beside_themselves_when_they_ask_for_them()
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var first = await Buy(person.Client);
        var second = await Buy(person.Client);
        await Buy(other.Client);

        var customer = (await person.Client.GetJson("/store/customers/me?fields=*orders"))["customer"]!;
        Assert.Equal((person.Email, 0), ((string)customer["email"]!, customer["addresses"]!.AsArray().Count));
        Assert.Equal([second, first], customer["orders"]!.AsArray().Select(o => (string)o!["id"]!));
        Assert.False(customer["orders"]![0]!.AsObject().ContainsKey("items"));
        Assert.NotEmpty((await person.Client.GetJson("/store/customers/me?fields=*orders.items"))["customer"]!["orders"]![0]!["items"]!.AsArray());
        Assert.False((await person.Client.GetJson("/store/customers/me"))["customer"]!.AsObject().ContainsKey("orders"));
    }

    [Theory]
    [InlineData("account:read", false)]
    [InlineData("account:read purchases:read", true)]
    public async Task An_app_sees_them_there_only_where_it_was_let_see_purchases(string scope, bool sees)
    {
        using var person = await Person.Join(shop);
        await Buy(person.Client);
        var app = await RegisteredApp.Register(shop, scope.Split(' '), "customer");
        using var browser = new AppPerson(shop);
        using var client = Person.With(shop, (string)(await AppPerson.Exchange(app, await browser.Allow(app, scope, person.Email)))["access_token"]!);
        var customer = (await client.GetJson("/store/customers/me?fields=*orders"))["customer"]!.AsObject();
        Assert.Equal((person.Email, sees), ((string)customer["email"]!, customer.ContainsKey("orders")));
    }

    [Fact]
    public async Task Lists_of_orders_page_sort_filter_and_select_as_everywhere()
    {
        using var person = await Person.Join(shop);
        var first = await Buy(person.Client);
        var second = await Buy(person.Client);
        using var other = await Person.Join(shop);
        var others = await Buy(other.Client);

        Assert.Equal([first], Ids(await person.Client.GetJson("/store/orders?limit=1&offset=1&order=-created_at")));
        Assert.Equal([first, second], Ids(await person.Client.GetJson("/store/orders?order=created_at")));
        Assert.Equal([second], Ids(await person.Client.GetJson($"/store/orders?id[0]={second}&id[1]={others}")));
        Assert.Equal([second], Ids(await person.Client.GetJson($"/store/orders?$or[0][id]={second}&$or[1][id]={others}")));
        Assert.Equal([second, first], Ids(await person.Client.GetJson("/store/orders?status=pending")));
        Assert.Empty(Ids(await person.Client.GetJson("/store/orders?status=canceled")));
        Assert.Empty(Ids(await person.Client.GetJson("/store/orders?customer_id=&created_at[$gt]=2099-01-01")));

        var few = (await person.Client.GetJson("/store/orders?fields=email"))["orders"]![0]!;
        Assert.Equal(["id", "email"], few.AsObject().Select(p => p.Key));
        Assert.Equal(person.Email, (string)few["email"]!);
        var asTheStorefrontAsks = (await person.Client.GetJson("/store/orders?limit=10&offset=0&order=-created_at&fields=*items,+items.metadata,*items.variant,*items.product"))["orders"]![0]!;
        Assert.Equal("One", (string)asTheStorefrontAsks["items"]![0]!["variant"]!["title"]!);
        Assert.Equal("Order field sum is not valid", (string)(await person.Client.GetJson("/store/orders?order=sum", 400))["message"]!);
    }

    [Fact]
    public async Task Whoever_is_no_customer_lists_no_orders()
    {
        using var person = await Person.Join(shop);
        using var keyless = shop.Client();
        keyless.DefaultRequestHeaders.Authorization = person.Client.DefaultRequestHeaders.Authorization;
        var token = (string)(await shop.Store.PostJson("/auth/customer/emailpass/register", new { email = Person.NewEmail(), password = Person.Password }))["token"]!;
        using var nobody = Person.With(shop, token);
        Assert.Equal("not_allowed", (string)(await keyless.GetJson("/store/orders", 400))["type"]!);
        foreach (var client in (HttpClient[])[shop.Store, nobody]) Assert.Equal("Unauthorized", (string)(await client.GetJson("/store/orders", 401))["message"]!);
    }

    [Fact]
    public async Task The_owner_of_an_old_order_sees_all_of_it_and_everybody_else_nothing_personal()
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var id = await Buy(person.Client);
        Recordings.SameShape(
            "101-customer-order-get", "order", (await person.Client.GetJson($"/store/orders/{id}"))["order"],
            [.. Unset("order"), .. Extras, "order.shipping_methods", "order.items.variant"]);
        await shop.Scalar<object>($"update ordering.orders set created_at = now() - interval '2 hours' where id = '{ShopFixture.Decode("order", id)}'");

        const string Fields = "?fields=email,shipping_address.city,shipping_address.country_code,customer_id";
        var own = (await person.Client.GetJson($"/store/orders/{id}{Fields}"))["order"]!;
        Assert.Equal((person.Email, "Cape Town", person.Id), ((string)own["email"]!, (string)own["shipping_address"]!["city"]!, (string)own["customer_id"]!));
        var guests = (await shop.Store.GetJson($"/store/orders/{id}{Fields}"))["order"]!;
        Assert.Equal((null, null, "za"), ((string?)guests["email"], (string?)guests["shipping_address"]!["city"], (string)guests["shipping_address"]!["country_code"]!));
        Assert.Equal(guests.ToJsonString(), (await other.Client.GetJson($"/store/orders/{id}{Fields}"))["order"]!.ToJsonString());

        var cart = await shop.Scalar<Guid>($"select cart_id from ordering.orders where id = '{ShopFixture.Decode("order", id)}'");
        var again = $"/store/carts/{HeadlessPro.Contracts.WireId.Encode("cart", cart)}/complete";
        Assert.Equal(person.Email, (string)(await person.Client.PostJson(again))["order"]!["email"]!);
        Assert.Null((string?)(await other.Client.PostJson(again))["order"]!["email"]);
    }

    /// <summary>What the test's products do not have, and the recording's do.</summary>
    private static IEnumerable<string> Unset(string order) =>
        ((string[])["product_subtitle", "product_type", "product_type_id", "product_collection"]).Select(name => $"{order}.items.{name}");

    /// <summary>What ours says more, asked for by name there.</summary>
    private static readonly string[] Extras =
        ["order.sales_channel_id", "order.customer_id", "order.locale", "order.metadata", "order.gift_card_total", "order.gift_card_tax_total"];

    /// <summary>Buys a voucher; with an address, as people write one.</summary>
    private async Task<string> Buy(HttpClient client)
    {
        var voucher = await shop.Voucher(stock: 5);
        var address = new
        {
            first_name = "Thandi",
            last_name = "Nkosi",
            company = "",
            address_1 = "12 Long Street",
            address_2 = "Unit 4",
            city = "Cape Town",
            province = "Western Cape",
            postal_code = "8001",
            country_code = "za",
            phone = "+27821234567",
        };
        var cart = (string)(await client.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            shipping_address = address,
            billing_address = address,
            items = new[] { new { variant_id = voucher.WireId, quantity = 1 } },
        }))["cart"]!["id"]!;
        if (client == shop.Store) await client.PostJson($"/store/carts/{cart}", new { email = "guest@example.com" });
        await shop.OpenPayment(cart, client);
        return (string)(await client.PostJson($"/store/carts/{cart}/complete"))["order"]!["id"]!;
    }

    private static IEnumerable<string> Ids(JsonNode list) => list["orders"]!.AsArray().Select(o => (string)o!["id"]!);
}
