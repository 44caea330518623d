using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Calls about payment intents, however they came about. What moves money has our operation as its key, and carries it as metadata.
/// </summary>
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

    public async Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, Look find, CancellationToken ct)
    {
        if (!StripeMoney.ToStripe(amount, payment.Session.CurrencyCode).Try(out var units, out var error)) return error;
        StripeForm form = new() { { "amount_to_capture", units }, { "metadata", "operation_id", key.ToString() } };
        return await Once(
            held => held.Movements.Any(m => m.Kind == MovementKind.Capture && m.Key == key),
            async () => (await client.Post($"/v1/payment_intents/{payment.Reference}/capture", form, key.ToString(), StripeJson.Default.StripeId, ct)).Error,
            () => find(payment.Session, ct));
    }

    public async Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, Look find, CancellationToken ct)
    {
        if (!StripeMoney.ToStripe(amount, payment.Session.CurrencyCode).Try(out var units, out var error)) return error;
        var isKnown = reason is "duplicate" or "fraudulent" or "requested_by_customer";
        StripeForm form = new()
        {
            { "payment_intent", payment.Reference }, { "amount", units }, { "metadata", "operation_id", key.ToString() },
            { "reason", isKnown ? reason : null }, { "metadata", "reason", isKnown || reason is null ? null : reason[..Math.Min(reason.Length, 500)] },
        };
        return await Once(
            held => held.Movements.Any(m => m.Kind == MovementKind.Refund && m.Key == key),
            async () => (await client.Post("/v1/refunds", form, key.ToString(), StripeJson.Default.StripeId, ct)).Error,
            () => find(payment.Session, ct));
    }

    public Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, Look find, CancellationToken ct)
    {
        return Once(held => held.State == ProviderState.Canceled, Mark, () => find(payment.Session, ct));

        // Cancelling takes no metadata, so it is said before who asked.
        async Task<Error?> Mark()
        {
            StripeForm form = new() { { "metadata", StripeSnapshot.VoidedBy, key.ToString() } };
            var marked = await client.Post($"/v1/payment_intents/{payment.Reference}", form, $"{key}-mark", StripeJson.Default.StripeId, ct);
            return marked.Error ?? await Cancel(payment.Reference, key, ct);
        }
    }

    // Stripe keeps keys for a day, and its own errors under them: what was done under this key long ago, or in spite of an error, is seen
    // first, so that it is not done twice, or refused because it is done.
    private static async Task<Result<ProviderSnapshot>> Once(
        Predicate<ProviderSnapshot> isDone, Func<Task<Error?>> move, Func<Task<Result<ProviderSnapshot>>> find)
    {
        var before = await find();
        if (!before.Try(out var held, out _) || isDone(held)) return before;
        return await move() is { } error ? error : await find();
    }

    /// <summary>Nobody can pay the intent any more, and what is on hold is let go.</summary>
    public async Task<Error?> Cancel(string intent, Guid key, CancellationToken ct) =>
        (await client.Post($"/v1/payment_intents/{intent}/cancel", [], key.ToString(), StripeJson.Default.StripeId, ct)).Error;

    /// <summary>Stripe's name of an account of ours, made when it has none.</summary>
    public async Task<Result<string>> Customer(Guid customer, CancellationToken ct)
    {
        StripeForm form = new() { { "metadata", "customer_id", customer.ToString() } };
        var made = await client.Post("/v1/customers", form, $"customer-{customer}", StripeJson.Default.StripeId, ct);
        return made.Try(out var known, out var error) ? known.Id : error;
    }
}

/// <summary>How a provider looks at what Stripe holds for a session.</summary>
internal delegate Task<Result<ProviderSnapshot>> Look(ProviderSession session, CancellationToken ct);

/// <summary>An intent with all that became of its money.</summary>
internal sealed record StripePayment(StripeIntent Intent, IReadOnlyList<StripeRefund> Refunds, IReadOnlyList<StripeDispute> Disputes);
