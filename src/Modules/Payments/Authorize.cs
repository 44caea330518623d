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
internal sealed class Authorize(Db db, PaymentProviders providers, MoveMoney money)
{
    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, [request.CartId], [], ct);
        if (found.Count == 0) return Error.Invalid("Payment collection has not been initiated for cart");
        var collection = found[0];

        if (collection.Payments.FirstOrDefault(p => p.CanceledAt is null) is { } payment)
        {
            // What staff gave back pays for nothing any more.
            if (payment.Amount == request.Amount && payment.CurrencyCode == request.CurrencyCode && collection.RefundedAmount is not > 0)
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

        var voided = await provider.Void(new ProviderPayment(verdict.Reference, request.Amount, request.CurrencyCode, verdict.Data), session.Id, CancellationToken.None);
        return voided.Error ?? PaymentErrors.NoSession;
    }

    public async Task<Result<Done>> Undo(VoidPayment request, CancellationToken ct)
    {
        var found = await CollectionsStore.Load(db, [request.CartId], [], ct);
        if (found.Count == 0 || found[0].Payments.FirstOrDefault(p => p.CanceledAt is null) is not { } payment) return default(Done);

        var voided = await money.Run(new Movement(payment.Id, MovementKind.Void), ct);
        // Money that staff have taken, or a promise they have let go meanwhile, is no longer ours to let go.
        return voided.Error is { Type: not ErrorType.NotAllowed } error ? error : default(Done);
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
                insert into payments.payments (id, collection_id, session_id, provider_id, reference, amount, data)
                select @payment, collection_id, id, provider_id, @reference, @amount, @data::jsonb from session where @authorized
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
