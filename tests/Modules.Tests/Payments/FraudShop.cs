using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Modules.Tests.Ordering;
using HeadlessPro.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>
/// A shop whose fraud rules are on, with a provider of cards whose shoppers say themselves what it knows of them: <c>card</c>
/// (fingerprint), <c>country</c>, <c>risk</c>, and of a refused one <c>refused</c>, the name of the try.
/// </summary>
public class FraudShop : CheckoutShop
{
    public const string Cards = "pp_test_cards";

    protected override string[] Arguments =>
    [
        "--Payments:Fraud:Enabled=true", "--Payments:Fraud:ShopAmount:Orders=3", "--Payments:CaptureAfter=00:00:00", "--Payments:Sweep=01:00:00",
    ];

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<IPaymentProvider, CardsOfTheTest>();

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var region in new[] { Region, TaxOnTopRegion })
            await Admin.PostJson($"/admin/regions/{region}", new { payment_providers = new[] { "pp_system_default", Cards } });
    }

    /// <summary>A cart of vouchers that is ready to be completed.</summary>
    public async Task<string> CartToPay(ShopVariant voucher, string email, object card, int quantity = 1, string? region = null)
    {
        var cart = (string)(await Store.PostJson("/store/carts", new
        {
            region_id = region ?? Region,
            email,
            items = new[] { new { variant_id = voucher.WireId, quantity } },
        }))["cart"]!["id"]!;
        await Pay(cart, card);
        return cart;
    }

    /// <summary>Opens a session with the provider of cards.</summary>
    public async Task Pay(string cart, object card)
    {
        var collection = (string)(await Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        await Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = Cards, data = card });
    }

    /// <summary>An order whose payment is held, known to Payments.</summary>
    public async Task<PaidOrder> HeldOrder(ShopVariant? voucher = null)
    {
        var cart = await CartToPay(voucher ?? await Voucher(stock: null), $"{Guid.NewGuid():N}@example.com", new { card = Guid.NewGuid(), risk = "highest" });
        return await Placed(cart);
    }

    /// <summary>Completes a cart, and waits until Payments has heard of its order.</summary>
    public async Task<PaidOrder> Placed(string cart)
    {
        var order = (string)(await Complete(cart))["order"]!["id"]!;
        var id = await Payment(cart);
        await this.Until($"exists (select from payments.payments where id = '{id}' and order_id is not null)");
        return new PaidOrder(cart, order, WireId.Encode("pay", id), id);
    }

    /// <summary>The last payment of a cart.</summary>
    public Task<Guid> Payment(string cart) => Scalar<Guid>($"""
        select p.id from payments.payments p join payments.collections c on c.id = p.collection_id
        where c.cart_id = '{Decode("cart", cart)}' order by p.id desc limit 1
        """)!;

    public async Task<JsonNode> Read(PaidOrder order) => (await Admin.GetJson($"/admin/payments/{order.Payment}"))["payment"]!;

    /// <summary>Score, verdict, reasons and review as staff read them.</summary>
    public async Task<string> Fraud(Guid payment)
    {
        var fraud = (await Admin.GetJson($"/admin/payments/{WireId.Encode("pay", payment)}"))["payment"]!["fraud"];
        return fraud is null ? "none"
            : string.Join("; ", [$"{fraud["score"]} {fraud["verdict"]} {fraud["review"] ?? "-"}", .. fraud["reasons"]!.AsArray().Select(r => (string)r!)]);
    }

    /// <summary>The status of asking, whatever it is.</summary>
    public async Task<int> Try(PaidOrder order, string how)
    {
        using var response = await Admin.PostAsync(new Uri($"/admin/payments/{order.Payment}/{how}", UriKind.Relative), null);
        return (int)response.StatusCode;
    }

    public async Task<string> Refused(PaidOrder order, string how, int status = 400) =>
        (string)(await Admin.PostJson($"/admin/payments/{order.Payment}/{how}", status: status))["code"]!;

    /// <summary>Takes what is due.</summary>
    public Task CaptureDue() => Contract<JobRunner>().RunNow(HeadlessPro.Payments.CaptureDue.Name, default);

    private sealed class CardsOfTheTest : IPaymentProvider
    {
        public string Id => Cards;

        public Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct) =>
            Holds(session with { Data = session.Input ?? session.Data }, ProviderState.Pending);

        public Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct) => IsRefused(session)
            ? Holds(session, ProviderState.Pending, reason: "Card declined")
            : Holds(session, ProviderState.Authorized, $"paid {session.Id:N}");

        public Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct) =>
            Holds(session, ProviderState.Pending, reason: IsRefused(session) ? "Card declined" : null);

        public Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct) => Holds(session, ProviderState.Canceled);

        public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct) =>
            Moved(payment, MovementKind.Capture, amount, key);

        public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) =>
            Moved(payment, MovementKind.Refund, amount, key);

        public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) =>
            Moved(payment, MovementKind.Void, payment.Amount - payment.Captured, key);

        private static bool IsRefused(ProviderSession session) => JsonNode.Parse(session.Data)!["refused"] is not null;

        private static Task<Result<ProviderSnapshot>> Moved(ProviderPayment payment, MovementKind kind, long amount, Guid key) =>
            Holds(payment.Session, ProviderState.Authorized, payment.Reference, null, new ProviderMovement(kind, $"{kind} {key:N}", amount, key));

        private static Task<Result<ProviderSnapshot>> Holds(
            ProviderSession session, ProviderState state, string? payment = null, string? reason = null, params ProviderMovement[] movements)
        {
            var card = JsonNode.Parse(session.Data)!;
            return Task.FromResult<Result<ProviderSnapshot>>(
                new ProviderSnapshot(state, $"session {session.Id:N}", session.Amount, session.CurrencyCode, session.Data)
                {
                    PaymentReference = payment,
                    Reason = reason,
                    RefusedTry = reason is null ? null : (string?)card["refused"],
                    Movements = movements,
                    Means = new ProviderMeans("card", "visa", "4242", (string?)card["country"], (string?)card["card"], (string?)card["risk"]),
                });
        }
    }
}
