using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Cards and whatever else is switched on at Stripe, paid in the storefront's own page: it confirms the payment intent of the session with
/// <c>data.client_secret</c> (Stripe.js), which puts the amount on hold. So there is nothing left for us to ask for but what came of it.
/// </summary>
internal sealed class StripeProvider(StripeClient client, StripeIntents intents) : IPaymentProvider
{
    public string Id => "pp_stripe_stripe";

    public async Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct)
    {
        if (!StripeInput.Read(session, hosted: false).Try(out var input, out var error)) return error;
        if (!StripeMoney.ToStripe(session.Amount, session.CurrencyCode).Try(out var amount, out error)) return error;
        string? customer = null;
        if (session.CustomerId is { } shopper && !(await intents.Customer(shopper, ct)).Try(out customer, out error)) return error;

        if (session.Reference is { } reference)
        {
            if ((await Change(reference)).Try(out var changed, out error)) return changed;
            if (error.Code is not (StripeErrors.UnexpectedState or StripeErrors.Missing)) return error;
            if (error.Code == StripeErrors.UnexpectedState)
            {
                if (!(await intents.Find(reference, ct)).Try(out var held, out error)) return error;
                if (Show(held) is { State: not ProviderState.Canceled } standing) return standing;
                customer ??= held.Intent.Customer;
            }
        }

        StripeForm form = new()
        {
            { "amount", amount }, { "currency", session.CurrencyCode }, { "capture_method", "manual" }, { "automatic_payment_methods", "enabled", "true" },
            { "metadata", "session_id", session.Id.ToString() }, { "metadata", "cart_id", session.CartId.ToString() },
            { "customer", customer }, { "setup_future_usage", input.SetupFutureUsage }, { "expand[]", StripeIntents.Whole },
        };
        return await Shown(await client.Post("/v1/payment_intents", form, StripeInput.KeyOf(session, form), StripeJson.Default.StripeIntent, ct), ct);

        async Task<Result<ProviderSnapshot>> Change(string intent)
        {
            StripeForm change = new()
            {
                { "amount", amount }, { "currency", session.CurrencyCode }, { "customer", customer }, { "setup_future_usage", input.SetupFutureUsage },
                { "expand[]", StripeIntents.Whole },
            };
            return await Shown(await client.Post($"/v1/payment_intents/{intent}", change, $"{Guid.NewGuid()}", StripeJson.Default.StripeIntent, ct), ct);
        }
    }

    public Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct) => Find(session, ct);

    public async Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct)
    {
        if (session.Reference is not { } reference) return StripeSnapshot.None(session, ProviderState.Pending);
        return (await intents.Find(reference, ct)).Try(out var payment, out var error) ? Show(payment) : error;
    }

    public async Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct)
    {
        if (session.Reference is not { } reference) return StripeSnapshot.None(session, ProviderState.Canceled);
        return await intents.Cancel(reference, Guid.NewGuid(), ct) switch
        {
            // What is canceled already, or wholly paid, is beyond that: Find says which.
            null or { Code: StripeErrors.UnexpectedState } => await Find(session, ct),
            // Nobody can pay what the account does not have.
            { Code: StripeErrors.Missing } => StripeSnapshot.None(session, ProviderState.Canceled),
            var error => error,
        };
    }

    public Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct) =>
        intents.Capture(payment, amount, key, Find, ct);

    public Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct) =>
        intents.Refund(payment, amount, key, reason, Find, ct);

    public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct) => intents.Void(payment, key, Find, ct);

    private async Task<Result<ProviderSnapshot>> Shown(Result<StripeIntent> answer, CancellationToken ct)
    {
        if (!answer.Try(out var intent, out var error)) return error;
        return (await intents.Complete(intent, ct)).Try(out var payment, out error) ? Show(payment) : error;
    }

    // Clients see the intent as Stripe.js would show it to them, and what it needs to be paid only while it can be.
    private static ProviderSnapshot Show(StripePayment payment)
    {
        var intent = payment.Intent;
        var isOver = intent.Status is "requires_capture" or "succeeded" or "canceled";
        var shown = intent with
        {
            LatestCharge = null,
            Metadata = null,
            Customer = null,
            ClientSecret = isOver ? null : intent.ClientSecret,
            NextAction = isOver ? null : intent.NextAction,
        };
        return StripeSnapshot.Of(payment, intent.Id, JsonSerializer.Serialize(shown, StripeJson.Default.StripeIntent));
    }
}
