using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments.Fraud;

/// <summary>What the rules said of each payment, written once.</summary>
internal sealed class Assessments(Db db, PaymentProviders providers, Attempts attempts, FraudOptions options)
{
    /// <summary>Assesses a payment that was not yet, and answers its collection after that.</summary>
    public async Task<PaymentCollection> Assess(PaymentCollection collection, Payment payment, PayingShopper? shopper, CancellationToken ct)
    {
        if (!options.Enabled) return collection;
        var assessment = FraudRules.Assess(await attempts.Note(payment.Id, shopper, ct), options);
        // Two may have come to it at once: the first one's verdict is written, and answered to both.
        var command = new NpgsqlBatchCommand("""
            with assessed as (
                insert into payments.assessments (payment_id, score, verdict, reasons, amount, currency_code, customer_id)
                values (@payment, @score, @verdict, @reasons, @amount, @currency, @customer)
                on conflict (payment_id) do nothing
                returning payment_id, verdict)
            update payments.payments p set updated_at = now(), review = case assessed.verdict when 'review' then 'pending' else 'denied' end
            from assessed where p.id = assessed.payment_id and assessed.verdict <> 'allow'
            """);
        command.Parameters.AddWithValue("payment", payment.Id);
        command.Parameters.AddWithValue("score", assessment.Score);
        command.Parameters.AddWithValue("verdict", assessment.Verdict switch { FraudVerdict.Deny => "deny", FraudVerdict.Review => "review", _ => "allow" });
        command.Parameters.AddWithValue("reasons", assessment.Reasons.ToArray());
        command.Parameters.AddWithValue("amount", payment.Amount);
        command.Parameters.AddWithValue("currency", payment.CurrencyCode);
        command.Parameters.Add(new NpgsqlParameter("customer", NpgsqlTypes.NpgsqlDbType.Uuid) { Value = (object?)shopper?.CustomerId ?? DBNull.Value });
        return await CollectionsStore.Write(db, collection.Id, command, ct);
    }

    /// <summary>Notes that the provider refused the shopper, which it is asked about once more: a webhook may have told of the same try.</summary>
    public async Task NoteRefused(Guid cart, PayingShopper? shopper, CancellationToken ct)
    {
        if (!options.Enabled) return;
        var found = await CollectionsStore.Load(db, new GetPaymentCollections([cart]), ct);
        if (found is not [var collection] || collection.OpenSession() is not { } session || !providers.TryFind(session.ProviderId, out var provider)) return;
        if ((await provider.Find(session.AtProvider(collection), ct)).Try(out var held, out _)) await attempts.NoteRefused(session.Id, shopper?.Email, held, ct);
    }
}
