using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Stripe's hosted page: the storefront sends the shopper to <c>data.url</c>, and Stripe sends them back when they have paid or do not want to.
/// The page makes the payment intent, which holds the money; until somebody tried to pay there is none.
/// </summary>
internal sealed class StripeCheckoutProvider(StripeClient client, StripeIntents intents, StripeOptions options) : IPaymentProvider
{
    private const string Routes = "/v1/checkout/sessions";
    private const string Whole = "payment_intent." + StripeIntents.Whole;

    public string Id => "pp_stripe_checkout";

    public async Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct)
    {
        if (!StripeInput.Read(session, hosted: true).Try(out var input, out var error)) return error;
        if (!StripeMoney.ToStripe(session.Amount, session.CurrencyCode).Try(out var amount, out error)) return error;
        var before = JsonSerializer.Deserialize(session.Data, StripeJson.Default.StripePage)!;
        var success = input.SuccessUrl ?? before.SuccessUrl ?? options.SuccessUrl;
        var cancel = input.CancelUrl ?? before.CancelUrl ?? options.CancelUrl;
        if (success is null) return Error.Invalid("Invalid request: Field 'data.success_url' is required");

        string? customer = null;
        var usage = input.SetupFutureUsage;
        if (session.Reference is { } reference)
        {
            var found = await Read(reference, ct);
            if (found.Try(out var page, out error))
            {
                // Whose page it is, and that the card is to be kept, was said when it was first opened.
                (customer, usage) = (page.Customer, usage ?? page.Usage);
                var asked = (amount, session.CurrencyCode, success, cancel, usage);
                if (page.Status == "open" && asked == (page.AmountTotal, page.Currency, page.SuccessUrl, page.CancelUrl, page.Usage)) return await Show(page, ct);
                // What somebody can still pay, or has paid, is not replaced.
                var closed = page.Status == "open" ? await Expire(reference, ct) : await Show(page, ct);
                if (!closed.Try(out var held, out _) || held.State != ProviderState.Canceled) return closed;
            }
            else if (error.Code != StripeErrors.Missing) return error;
        }

        if (session.CustomerId is { } shopper && !(await intents.Customer(shopper, ct)).Try(out customer, out error)) return error;
        StripeForm form = new()
        {
            { "mode", "payment" }, { "success_url", success }, { "cancel_url", cancel },
            { "client_reference_id", session.CartId.ToString() }, { "customer", customer },
            // One line of the whole: what Stripe adds up is the order's total, to the cent.
            { "line_items[0]", "quantity", "1" }, { "line_items[0][price_data]", "currency", session.CurrencyCode },
            { "line_items[0][price_data][unit_amount]", amount }, { "line_items[0][price_data][product_data]", "name", "Your order" },
            { "payment_intent_data", "capture_method", "manual" }, { "payment_intent_data", "setup_future_usage", usage },
            { "metadata", StripeCheckout.UsageName, usage }, { "expand[]", Whole },
        };
        foreach (var holder in (ReadOnlySpan<string>)["metadata", "payment_intent_data[metadata]"])
        {
            form.Add(holder, "session_id", session.Id.ToString());
            form.Add(holder, "cart_id", session.CartId.ToString());
        }

        return await Shown(await client.Post(Routes, form, StripeInput.KeyOf(session, form), StripeJson.Default.StripeCheckout, ct), ct);
    }

    public Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct) => Find(session, ct);

    public async Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct) => session.Reference is { } reference
        ? await Shown(await Read(reference, ct), ct)
        : StripeSnapshot.None(session, ProviderState.Pending);

    public async Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct)
    {
        if (session.Reference is not { } reference) return StripeSnapshot.None(session, ProviderState.Canceled);
        var closed = await Expire(reference, ct);
        if (closed.Error is { Code: StripeErrors.Missing }) return StripeSnapshot.None(session, ProviderState.Canceled);
        if (!closed.Try(out var held, out _) || held.State != ProviderState.Authorized) return closed;
        var error = await intents.Cancel(held.PaymentReference!, Guid.NewGuid(), ct);
        return error is { Code: not StripeErrors.UnexpectedState } ? error : await Find(session, ct);
    }

    public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct) =>
        intents.Capture(payment, amount, key, Find, ct);

    public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) =>
        intents.Refund(payment, amount, key, reason, Find, ct);

    public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) => intents.Void(payment, key, Find, ct);

    /// <summary>Nobody can pay there any more; somebody may have paid just before.</summary>
    private async Task<Result<ProviderSnapshot>> Expire(string checkout, CancellationToken ct)
    {
        StripeForm form = new() { { "expand[]", Whole } };
        var expired = await client.Post($"{Routes}/{checkout}/expire", form, $"{Guid.NewGuid()}", StripeJson.Default.StripeCheckout, ct);
        if (expired.Error is null or { Type: ErrorType.Unavailable }) return await Shown(expired, ct);
        var found = await Read(checkout, ct);
        return found.Value is { Status: "open" } ? expired.Error : await Shown(found, ct);
    }

    private Task<Result<StripeCheckout>> Read(string checkout, CancellationToken ct) =>
        client.Get($"{Routes}/{checkout}", new() { { "expand[]", Whole } }, StripeJson.Default.StripeCheckout, ct);

    private async Task<Result<ProviderSnapshot>> Shown(Result<StripeCheckout> answer, CancellationToken ct) =>
        answer.Try(out var page, out var error) ? await Show(page, ct) : error;

    private async Task<Result<ProviderSnapshot>> Show(StripeCheckout page, CancellationToken ct)
    {
        var shown = new StripePage(page.Id, page.Url, page.Status, page.ExpiresAt, page.SuccessUrl, page.CancelUrl);
        var data = JsonSerializer.Serialize(shown, StripeJson.Default.StripePage);
        var pending = new ProviderSnapshot(
            page.Status == "expired" ? ProviderState.Canceled : ProviderState.Pending,
            page.Id, StripeMoney.FromStripe(page.AmountTotal, page.Currency), page.Currency, data);
        if (page.PaymentIntent is null) return pending;
        if (!(await intents.Complete(page.PaymentIntent, ct)).Try(out var payment, out var error)) return error;
        var held = StripeSnapshot.Of(payment, page.Id, data);
        return page.Status == "expired" && held.State != ProviderState.Authorized ? held with { State = ProviderState.Canceled, Reason = null } : held;
    }
}

/// <summary>What clients see of a hosted page; <paramref name="Url"/> while it is open.</summary>
internal sealed record StripePage(string? Id, string? Url, string? Status, long? ExpiresAt, string? SuccessUrl, string? CancelUrl);
