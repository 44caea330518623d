using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>Calls about payment intents, however they came about. What moves money has our operation as its key, and carries it as metadata.</summary>
internal sealed class StripeIntents(StripeClient client)
{
    /// <summary>What is needed of an intent to see every movement of its money.</summary>
    public const string Whole = "latest_charge.refunds";

    private const int Page = 100;

    public async Task<Result<StripePayment>> Find(string intent, CancellationToken ct)
    {
        var found = await client.Get($"/v1/payment_intents/{intent}", new() { { "expand[]", Whole } }, StripeJson.Default.StripeIntent, ct);
        return found.Try(out var held, out var error) ? await Complete(held, ct) : error;
    }

    /// <summary>An intent (expanded to <see cref="Whole"/>), and of its refunds and disputes what does not come with it.</summary>
    public async Task<Result<StripePayment>> Complete(StripeIntent intent, CancellationToken ct)
    {
        var charge = intent.LatestCharge;
        List<StripeRefund> refunds = [.. charge?.Refunds?.Data ?? []];
        for (var more = charge?.Refunds?.HasMore ?? false; more;)
        {
            StripeForm query = new() { { "charge", charge!.Id }, { "limit", Page }, { "starting_after", refunds[^1].Id } };
            if (!(await client.Get("/v1/refunds", query, StripeJson.Default.StripeListStripeRefund, ct)).Try(out var page, out var error)) return error;
            refunds.AddRange(page.Data);
            more = page.HasMore && page.Data.Count > 0;
        }

        if (charge is not { Disputed: true }) return new StripePayment(intent, refunds, []);
        StripeForm ofCharge = new() { { "charge", charge.Id }, { "limit", Page } };
        return (await client.Get("/v1/disputes", ofCharge, StripeJson.Default.StripeListStripeDispute, ct)).Try(out var disputes, out var unknown)
            ? new StripePayment(intent, refunds, disputes.Data) : unknown;
    }

    public async Task<Error?> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct)
    {
        if (!StripeMoney.ToStripe(amount, payment.Session.CurrencyCode).Try(out var units, out var error)) return error;
        StripeForm form = new() { { "amount_to_capture", units }, { "metadata", "operation_id", key.ToString() } };
        return (await client.Post($"/v1/payment_intents/{payment.Reference}/capture", form, key.ToString(), StripeJson.Default.StripeId, ct)).Error;
    }

    /// <summary>Stripe keeps keys for a day: what was given back under this one earlier is looked for first, so that it is given back once.</summary>
    public async Task<Error?> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct)
    {
        if (!StripeMoney.ToStripe(amount, payment.Session.CurrencyCode).Try(out var units, out var error)) return error;
        if (!(await Find(payment.Reference, ct)).Try(out var held, out error)) return error;
        if (held.Refunds.Any(r => StripeSnapshot.Key(r.Metadata) == key)) return null;
        var isKnown = reason is "duplicate" or "fraudulent" or "requested_by_customer";
        StripeForm form = new()
        {
            { "payment_intent", payment.Reference }, { "amount", units }, { "metadata", "operation_id", key.ToString() },
            { "reason", isKnown ? reason : null }, { "metadata", "reason", isKnown || reason is null ? null : reason[..Math.Min(reason.Length, 500)] },
        };
        return (await client.Post("/v1/refunds", form, key.ToString(), StripeJson.Default.StripeId, ct)).Error;
    }

    /// <summary>Nobody can pay the intent any more, and what is on hold is let go.</summary>
    public async Task<Error?> Cancel(string intent, Guid key, CancellationToken ct) =>
        (await client.Post($"/v1/payment_intents/{intent}/cancel", [], key.ToString(), StripeJson.Default.StripeId, ct)).Error;

    /// <summary>Stripe's name of an account of ours, made when it has none.</summary>
    public async Task<Result<string>> Customer(Guid customer, CancellationToken ct)
    {
        var made = await client.Post("/v1/customers", new() { { "metadata", "customer_id", customer.ToString() } }, $"customer-{customer}", StripeJson.Default.StripeId, ct);
        return made.Try(out var known, out var error) ? known.Id : error;
    }
}

/// <summary>An intent with all that became of its money.</summary>
internal sealed record StripePayment(StripeIntent Intent, IReadOnlyList<StripeRefund> Refunds, IReadOnlyList<StripeDispute> Disputes);
