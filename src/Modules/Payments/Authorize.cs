using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// Do and undo of a promise of money. Keyed by the cart: a live payment of the right amount is answered again, whoever asks; one of
/// another amount (the cart changed after a checkout that was cut off) is let go first. The provider is called outside any transaction,
/// with the session as the key, so a call repeated after a crash moves no second money. A promise whose session was closed meanwhile is
/// let go at once.
/// </summary>
internal sealed class Authorize(Db db, PaymentProviders providers)
{
    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, [request.CartId], [], ct);
        if (found.Count == 0) return Error.Invalid("Payment collection has not been initiated for cart");
        var collection = found[0];

        if (collection.Payments.FirstOrDefault(p => p.CanceledAt is null) is { } payment)
        {
            if (payment.Amount == request.Amount && payment.CurrencyCode == request.CurrencyCode)
                return new PaymentAuthorization(PaymentSessionStatus.Authorized, collection);
            await Undo(new VoidPayment(request.CartId), ct);
            return PaymentErrors.NoSession;
        }

        if (collection.Sessions.LastOrDefault(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore) is not { } session
            || !providers.TryFind(session.ProviderId, out var provider))
            return PaymentErrors.NoSession;

        var asked = new ProviderSession(session.Id, request.Amount, request.CurrencyCode, session.Data);
        var verdict = await provider.Authorize(asked, ct);
        var after = await Write(collection, session, request, verdict, ct);
        if (verdict.Verdict == ProviderVerdict.RequiresMore) return new PaymentAuthorization(PaymentSessionStatus.RequiresMore, after);
        if (verdict.Verdict == ProviderVerdict.Refused) return PaymentErrors.Refused(verdict.Reason);
        if (after.Payments.Any(p => p.SessionId == session.Id && p.CanceledAt is null)) return new PaymentAuthorization(PaymentSessionStatus.Authorized, after);

        await provider.Void(asked with { Data = verdict.Data }, CancellationToken.None);
        return PaymentErrors.NoSession;
    }

    public async Task<Result<Done>> Undo(VoidPayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, [request.CartId], [], ct);
        if (found.Count == 0 || found[0].Payments.FirstOrDefault(p => p.CanceledAt is null) is not { } payment) return default(Done);

        if (providers.TryFind(payment.ProviderId, out var provider))
            await provider.Void(new ProviderSession(payment.SessionId, payment.Amount, payment.CurrencyCode, payment.Data), ct);
        var command = new NpgsqlBatchCommand("""
            with voided as (
                update payments.payments set canceled_at = now() where id = @id and canceled_at is null and captured_at is null returning id),
            reopened as (
                update payments.collections set is_authorized = false, updated_at = now() where id = @collection and exists (select from voided)),
            closed as (
                update payments.sessions set status = 'canceled', updated_at = now() where id = @session and exists (select from voided))
            insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference)
            select id, 'void', @amount, @currency, @id::text from voided
            """);
        command.Parameters.AddWithValue("id", payment.Id);
        command.Parameters.AddWithValue("collection", found[0].Id);
        command.Parameters.AddWithValue("session", payment.SessionId);
        command.Parameters.AddWithValue("amount", payment.Amount);
        command.Parameters.AddWithValue("currency", payment.CurrencyCode);
        await CollectionsStore.Write(db, found[0].Id, command, ct);
        return default(Done);
    }

    // The unique keys (one payment a session, one live payment a collection) are what two simultaneous calls meet at.
    private Task<PaymentCollection> Write(
        PaymentCollection collection, PaymentSession session, AuthorizePayment request, ProviderAuthorization verdict, CancellationToken ct)
    {
        var command = new NpgsqlBatchCommand("""
            with session as (
                update payments.sessions set status = @status, data = @data::jsonb, amount = @amount, updated_at = now(),
                    authorized_at = case when @authorized then coalesce(authorized_at, now()) end
                where id = @session and status in ('pending', 'requires_more')
                returning id, collection_id, provider_id),
            payment as (
                insert into payments.payments (id, collection_id, session_id, provider_id, amount, data)
                select @payment, collection_id, id, provider_id, @amount, @data::jsonb from session where @authorized
                on conflict do nothing
                returning id),
            owed as (
                update payments.collections c set amount = @amount, currency_code = @currency, is_authorized = true, updated_at = now()
                where c.id = @collection and exists (select from payment))
            insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference)
            select id, 'authorization', @amount, @currency, @reference from payment
            """);
        command.Parameters.AddWithValue("status", PaymentSessionStatusNames.Of(verdict.Verdict switch
        {
            ProviderVerdict.Authorized => PaymentSessionStatus.Authorized,
            ProviderVerdict.RequiresMore => PaymentSessionStatus.RequiresMore,
            _ => PaymentSessionStatus.Error,
        }));
        command.Parameters.AddWithValue("authorized", verdict.Verdict == ProviderVerdict.Authorized);
        command.Parameters.AddWithValue("data", verdict.Data);
        command.Parameters.AddWithValue("reference", verdict.Reference);
        command.Parameters.AddWithValue("amount", request.Amount);
        command.Parameters.AddWithValue("currency", request.CurrencyCode);
        command.Parameters.AddWithValue("session", session.Id);
        command.Parameters.AddWithValue("collection", collection.Id);
        command.Parameters.AddWithValue("payment", WireId.New());
        return CollectionsStore.Write(db, collection.Id, command, ct);
    }
}
