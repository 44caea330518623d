using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Modules.Tests.Ordering;
using HeadlessPro.Payments;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Reconciling;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>A shop that takes cards at an emulated Stripe, which tells it what happens there.</summary>
public class CardShop : CheckoutShop
{
    public const string Cards = "pp_stripe_stripe";

    public StripeEmulator Stripe { get; } = new();

    protected override string[] Arguments =>
    [
        $"--STRIPE_API_URL={Stripe.Url}", "--STRIPE_API_KEY=sk_test_shop", "--STRIPE_WEBHOOK_SECRET=whsec_shop",
        "--Payments:Stripe:AttemptSeconds=1", "--Payments:Stripe:TotalSeconds=4", "--Payments:Stripe:SuccessUrl=https://shop.example/thanks",
    ];

    public override async ValueTask InitializeAsync()
    {
        await Stripe.InitializeAsync();
        await base.InitializeAsync();
        await Admin.PostJson($"/admin/regions/{Region}", new { payment_providers = new[] { "pp_system_default", Cards, "pp_stripe_checkout" } });
        await HearWebhooks(true);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Stripe.DisposeAsync();
    }

    /// <summary>Whether Stripe's events reach the shop.</summary>
    public Task HearWebhooks(bool heard) => Stripe.Control("webhooks/stripe", new JsonObject
    {
        ["url"] = heard ? new Uri(BaseAddress, "/webhooks/stripe").ToString() : null,
        ["secret"] = "whsec_shop",
    });

    /// <summary>A cart of R 250.00 a piece and its intent at Stripe, which nobody has confirmed yet.</summary>
    public async Task<CardCart> CardCart(int quantity = 1)
    {
        var cart = await ReadyCart((await Voucher(stock: null), quantity));
        return await OpenCards(cart);
    }

    public async Task<CardCart> OpenCards(string cart)
    {
        var collection = (await Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!;
        var session = Session(await Store.PostJson($"/store/payment-collections/{collection["id"]}/payment-sessions", new { provider_id = Cards }));
        return new CardCart(cart, Decode("cart", cart), (string)session["data"]!["id"]!, (string)session["data"]!["client_secret"]!);
    }

    /// <summary>A placed order, held on a card.</summary>
    public async Task<CardCart> CardOrder(int quantity = 1)
    {
        var cart = await CardCart(quantity);
        await Stripe.Confirm(cart.ClientSecret);
        await Complete(cart.Cart);
        await Quiet();
        return cart;
    }

    /// <summary>A cart of R 250.00 of somebody with an account.</summary>
    public async Task<string> CartOf(HttpClient customer)
    {
        var voucher = await Voucher(stock: null);
        return (string)(await customer.PostJson("/store/carts", new { region_id = Region, items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
    }

    /// <summary>The same as a placed order, held on a card.</summary>
    public async Task<CardCart> OrderOf(HttpClient customer)
    {
        var cart = await CartOf(customer);
        var session = await Begin(customer, cart, Cards);
        await Stripe.Confirm((string)session["data"]!["client_secret"]!);
        await customer.PostJson($"/store/carts/{cart}/complete");
        await Quiet();
        return new CardCart(cart, Decode("cart", cart), (string)session["data"]!["id"]!, (string)session["data"]!["client_secret"]!);
    }

    /// <summary>Begins to pay what is owed for a cart, or for the order it became.</summary>
    public async Task<JsonNode> Begin(HttpClient customer, string cart, string provider)
    {
        var collection = await Scalar<string>($"select audit.wire_id('pay_col', id) from payments.collections where cart_id = '{Decode("cart", cart)}'")
            ?? (string)(await customer.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var answer = await customer.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = provider });
        return answer["payment_collection"]!["payment_sessions"]!.AsArray().Single(s => (string)s!["status"]! == "pending")!;
    }

    /// <summary>The intent or the page of a session, as Stripe has it.</summary>
    public Task<JsonNode> AtStripe(JsonNode session)
    {
        var id = (string)session["data"]!["id"]!;
        return Stripe.Form($"/v1/{(id.StartsWith("cs_", StringComparison.Ordinal) ? "checkout/sessions" : "payment_intents")}/{id}", "", method: "GET");
    }

    public Task Job(string name) => Contract<JobRunner>().RunNow(name, default);

    /// <summary>Comes back when Stripe has told all it has to tell, and everyone here has heard of everything.</summary>
    public async Task Quiet()
    {
        Assert.True((bool)(await Stripe.Control("idle"))["idle"]!);
        await this.Until("not exists (select from payments.webhook_events where due_at is not null and attempts = 0)");
        await Heard();
    }

    /// <summary>Comes back when every subscriber has heard every event there is now.</summary>
    public async Task Heard()
    {
        await this.Until($"{EverythingHeard} or exists (select from events.failed)");
        Assert.Null(await Scalar<string>("select format('%s: %s', subscriber, last_error) from events.failed"));
    }

    /// <summary>As <see cref="Quiet"/>, and every movement somebody asked for is finished.</summary>
    public async Task Finished()
    {
        do
        {
            await Quiet();
            // As if the time had come to ask again.
            await Scalar<object>("update payments.operations set taken_at = '-infinity' where status = 'open' and taken_at > now() + interval '1 minute'");
            await Job(FinishOperations.Name);
        }
        while (await Scalar<bool>("select exists (select from payments.operations where status = 'open')"));
    }

    /// <summary>What <c>headlesspro reconcile</c> finds, a line each.</summary>
    public async Task<string> Uneven()
    {
        var findings = new List<string>();
        foreach (var reconciliation in Services.GetServices<Reconciliation>())
        {
            var report = await reconciliation.Run(Services, new ReconciliationPeriod(DateTimeOffset.MinValue, DateTimeOffset.MaxValue), default);
            findings.AddRange(report.Uneven);
            findings.AddRange(report.Unknown);
        }

        return string.Join("\n", findings);
    }

    /// <summary>The cart's money in a line: order, what the provider moved by our ledger, operations that are not finished.</summary>
    public async Task<string> Books(CardCart cart) => (await Scalar<string>($"""
        select format('order %s; %s%s', coalesce((select status from ordering.orders where cart_id = c.cart_id), 'none'),
            coalesce((select string_agg(format('%s %s', l.kind, l.amount), ', ' order by l.id) from payments.ledger l join payments.payments p on p.id = l.payment_id
                where p.collection_id = c.id), 'nothing moved'),
            coalesce((select string_agg(format('; %s %s %s', o.kind, o.amount, o.status), '' order by o.id) from payments.operations o
                join payments.payments p on p.id = o.payment_id where p.collection_id = c.id and o.status <> 'done'), ''))
        from payments.collections c where c.cart_id = '{cart.Id}'
        """))!;

    private const string EverythingHeard = """
        not exists (select from events.log l join events.cursors c on c.event_name = l.name where (l.tx, l.id) > (c.tx, c.id))
        """;

    private static JsonNode Session(JsonNode answer) =>
        answer["payment_collection"]!["payment_sessions"]!.AsArray().Single(s => (string)s!["provider_id"]! == Cards)!;
}

/// <summary>A cart and its intent at Stripe.</summary>
public sealed record CardCart(string Cart, Guid Id, string Intent, string ClientSecret);
