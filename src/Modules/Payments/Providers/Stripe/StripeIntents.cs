using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Calls about payment intents and who pays them, however they came about. What moves money has our operation as its key, and carries it as metadata.
/// </summary>
internal sealed class StripeIntents(Db db, StripeClient client)
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

    /// <summary>
    /// Stripe's name of an account of ours, kept here because Stripe forgets after a day under which key it made one. A new one when it has
    /// none, or one that was deleted or is another Stripe account's.
    /// </summary>
    public async Task<Result<string>> Customer(Guid customer, CancellationToken ct)
    {
        var known = await KnownCustomer(customer, ct);
        if (known is not null)
        {
            var found = await client.Get($"/v1/customers/{known}", [], StripeJson.Default.StripeCustomer, ct);
            if (found.Value is { Deleted: not true }) return known;
            if (found.Error is { Code: not StripeErrors.Missing } unknown) return unknown;
        }

        StripeForm form = new() { { "metadata", "customer_id", customer.ToString() } };
        var made = await client.Post("/v1/customers", form, $"customer-{customer}-{known}", StripeJson.Default.StripeId, ct);
        if (!made.Try(out var name, out var error)) return error;
        await KeepCustomer(customer, known, name.Id, ct);
        return (await KnownCustomer(customer, ct))!;
    }

    private async Task<string?> KnownCustomer(Guid customer, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select reference from payments.provider_customers where provider_id = @provider and customer_id = @customer",
            new { provider = "stripe", customer }, cancellationToken: ct));
    }

    // Of two at once, the first one's name stands.
    private async Task KeepCustomer(Guid customer, string? known, string name, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into payments.provider_customers as c (provider_id, customer_id, reference) values (@provider, @customer, @name)
            on conflict (provider_id, customer_id) do update set reference = excluded.reference where c.reference = @known
            """, new { provider = "stripe", customer, name, known }, cancellationToken: ct));
    }
}

/// <summary>How a provider looks at what Stripe holds for a session.</summary>
internal delegate Task<Result<ProviderSnapshot>> Look(ProviderSession session, CancellationToken ct);

/// <summary>An intent with all that became of its money.</summary>
internal sealed record StripePayment(StripeIntent Intent, IReadOnlyList<StripeRefund> Refunds, IReadOnlyList<StripeDispute> Disputes);
