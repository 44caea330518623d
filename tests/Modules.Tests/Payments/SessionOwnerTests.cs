using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Notifications;
using HeadlessPro.Payments;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>What a provider prepared for one customer, with their saved cards perhaps, is never shown to another, nor paid by them.</summary>
public class SessionOwnerTests(CardShop shop) : IClassFixture<CardShop>
{
    private const string Pages = "pp_stripe_checkout";

    [Theory]
    [InlineData(CardShop.Cards, "client_secret", "canceled")]
    [InlineData(Pages, "url", "expired")]
    public async Task What_the_former_owner_had_begun_to_pay_is_closed_when_an_order_changes_hands(string provider, string key, string over)
    {
        using var former = await Person.Join(shop);
        using var owner = await Person.Join(shop);
        var (cart, order) = await Grown(former);
        var begun = await shop.Begin(former.Client, cart.Cart, provider);
        await Move(order, former, owner);
        await shop.Heard();
        Assert.DoesNotContain((string)begun["data"]![key]!, await Shown(owner, cart), StringComparison.Ordinal);
        await Closed(Id(begun));
        Assert.Equal(over, (string)(await shop.AtStripe(begun))["status"]!);
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));

        var own = await shop.Begin(owner.Client, cart.Cart, provider);
        Assert.NotEqual(((string)begun["id"]!, (string)begun["data"]!["id"]!), ((string)own["id"]!, (string)own["data"]!["id"]!));
        // Heard once more, it closes nothing of the new owner's.
        await shop.Scalar<object>($"insert into events.log (name, payload) select name, payload from events.log where name = 'order.transferred' and payload ->> 'OrderId' = '{CardShop.Decode("order", order)}'");
        await shop.Heard();
        Assert.Contains((string)own["data"]![key]!, await Shown(owner, cart), StringComparison.Ordinal);
        await Pay(own);
        await shop.Finished();
        Assert.Equal("order pending; authorization 25000, authorization 25000", await shop.Books(cart));
        await Even();
    }

    [Fact]
    public async Task A_guests_open_payment_is_closed_as_well_when_the_order_becomes_somebodys()
    {
        using var owner = await Person.Join(shop);
        var email = Person.NewEmail();
        var guests = (string)(await shop.Store.PostJson("/store/carts", new { region_id = shop.Region, email, items = new[] { new { variant_id = (await shop.Voucher(stock: null)).WireId, quantity = 1 } } }))["cart"]!["id"]!;
        var cart = await shop.OpenCards(guests);
        await shop.Stripe.Confirm(cart.ClientSecret);
        await shop.Complete(guests);
        await shop.Quiet();
        var order = await Grow(cart);
        var begun = await shop.Begin(shop.Store, guests, Pages);
        await Move(order, email, owner);
        await shop.Heard();
        Assert.DoesNotContain((string)begun["data"]!["url"]!, await Shown(owner, cart), StringComparison.Ordinal);
        await Closed(Id(begun));
        Assert.Equal("expired", (string)(await shop.AtStripe(begun))["status"]!);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_asked_again_and_the_page_is_shown_to_nobody_meanwhile()
    {
        using var former = await Person.Join(shop);
        using var owner = await Person.Join(shop);
        var (cart, order) = await Grown(former);
        var begun = await shop.Begin(former.Client, cart.Cart, Pages);
        await shop.Stripe.Fault("500", $"/v1/checkout/sessions/{begun["data"]!["id"]}/expire", times: 1000);
        await Move(order, former, owner);
        await shop.Heard();
        Assert.DoesNotContain((string)begun["data"]!["url"]!, await Shown(owner, cart), StringComparison.Ordinal);
        await shop.Until($"exists (select from payments.webhook_events where {Told(Id(begun))} and attempts > 0)");
        Assert.Equal("open", (string)(await shop.AtStripe(begun))["status"]!);

        // What the former owner pays there all the same is let go.
        await Pay(begun);
        await shop.Stripe.NoFaults();
        await Closed(Id(begun));
        await shop.Finished();
        Assert.Equal("order pending; authorization 25000, authorization 25000, void 25000", await shop.Books(cart));
        await Even();
    }

    [Theory]
    [InlineData(CardShop.Cards, "requires_payment_method", "canceled")]
    [InlineData(Pages, "open", "expired")]
    public async Task Who_signed_in_goes_on_with_a_guests_payment_and_another_customer_begins_a_new_one(string provider, string open, string over)
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        var collection = await shop.Scalar<Guid>($"select id from payments.collections where cart_id = '{CardShop.Decode("cart", cart)}'");
        var (one, another) = (Guid.NewGuid(), Guid.NewGuid());
        var guests = await Open(null);
        Assert.Equal(guests, await Open(one));
        Assert.Equal(guests, await Open(one));
        var others = await Open(another);
        Assert.NotEqual(guests, others);
        Assert.Equal((over, open), (await Status(guests), await Status(others)));
        Assert.NotEqual((string?)(await shop.AtStripe(Session(guests)))["customer"] ?? "", (string?)(await shop.AtStripe(Session(others)))["customer"]);
        var next = await Open(null);
        Assert.Equal((over, open, null), (await Status(others), await Status(next), (string?)(await shop.AtStripe(Session(next)))["customer"]));

        // Of a provider that cannot be reached the old one is closed later.
        var mine = await Open(one);
        await shop.Stripe.Fault("500", $"*{mine}/*", times: 1000);
        Assert.NotEqual(mine, await Open(another));
        Assert.Equal(open, await Status(mine));
        await shop.Stripe.NoFaults();
        await Closed(await shop.Scalar<Guid>($"select id from payments.sessions where reference = '{mine}'"));
        Assert.Equal(over, await Status(mine));

        async Task<string> Open(Guid? customer)
        {
            var answer = await shop.Contract<IPayments>().OpenSession(new OpenPaymentSession(collection, provider, 25000, null, null, customer), default);
            return (string)JsonNode.Parse(answer.Value!.Sessions.Single(s => s.Status == PaymentSessionStatus.Pending).Data)!["id"]!;
        }

        async Task<string> Status(string id) => (string)(await shop.AtStripe(Session(id)))["status"]!;

        static JsonNode Session(string id) => new JsonObject { ["data"] = new JsonObject { ["id"] = id } };
    }

    private async Task<(CardCart Cart, string Order)> Grown(Person person)
    {
        var cart = await shop.OrderOf(person.Client);
        return (cart, await Grow(cart));
    }

    /// <summary>Of two pieces now, one of which is not paid for.</summary>
    private async Task<string> Grow(CardCart cart)
    {
        var order = (await shop.Admin.GetJson($"/admin/orders?cart_id={cart.Cart}&fields=id,*items,+version"))["orders"]![0]!;
        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", new { version = (long)order["version"]!, items = new[] { new { id = (string)order["items"]![0]!["id"]!, quantity = 2 } } });
        await shop.Quiet();
        return (string)order["id"]!;
    }

    private Task Move(string order, Person from, Person to) => Move(order, from.Email, to);

    private async Task Move(string order, string from, Person to)
    {
        await to.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var mail = (await Mails.To(shop, from)).Single(m => m.Kind == "order_transfer");
        await to.Client.PostJson($"/store/orders/{order}/transfer/accept", new { token = mail.Link.Segments[^1] });
    }

    private static async Task<string> Shown(Person person, CardCart cart) => (await person.Client.GetJson($"/store/carts/{cart.Cart}"))["cart"]!.ToString();

    private async Task Pay(JsonNode session)
    {
        if (session["data"]!["url"] is { } page)
            await shop.Stripe.Submit((string)page!, ("email", "shopper@example.com"), ("number", "4242424242424242"), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "A Shopper"));
        else await shop.Stripe.Confirm((string)session["data"]!["client_secret"]!);
    }

    private static Guid Id(JsonNode session) => CardShop.Decode("payses", (string)session["id"]!);

    private static string Told(Guid session) => $"provider = 'shop' and session_id = '{session}'";

    /// <summary>Nothing is found but orders that are not paid for in full, for so they are left here.</summary>
    private async Task Even() => Assert.Empty((await shop.Uneven()).Split('\n').Where(l => l.Length > 0 && !l.StartsWith("order #", StringComparison.Ordinal)));

    /// <summary>Comes back when the provider has been told that the session is closed.</summary>
    private async Task Closed(Guid session)
    {
        await shop.Until($"exists (select from payments.webhook_events where {Told(session)})");
        // As if the time had come to ask again.
        await shop.Scalar<object>($"update payments.webhook_events set due_at = now() where {Told(session)} and due_at is not null and attempts > 0");
        await shop.Job(ProcessWebhooks.Name);
        await shop.Until($"not exists (select from payments.webhook_events where {Told(session)} and due_at is not null)");
    }
}
