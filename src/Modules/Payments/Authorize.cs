using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// Do and undo of a promise of money. Keyed by the cart: a live payment of the right amount is answered again, whoever asks; one of
/// another amount (the cart changed after a checkout that was cut off) is let go first. The provider is called outside any transaction,
/// with the session as the key, so a call repeated after a crash moves no second money.
/// </summary>
internal sealed class Authorize(Db db, PaymentProviders providers)
{
    public async Task<Result<PaymentAuthorization>> Run(AuthorizePayment request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var found = await CollectionsStore.Load(connection, [request.CartId], [], ct);
        if (found.Count == 0) return Error.Invalid("Payment collection has not been initiated for cart");
        var collection = found[0];

        if (collection.Payments.FirstOrDefault(p => p.CanceledAt is null) is { } payment)
        {
            if (payment.Amount == request.Amount && payment.CurrencyCode == request.CurrencyCode)
                return new PaymentAuthorization(PaymentSessionStatus.Authorized, payment.Id, collection);
            await Undo(new VoidPayment(request.CartId), ct);
            return PaymentErrors.NoSession;
        }

        if (collection.Sessions.LastOrDefault(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore) is not { } session
            || !providers.TryFind(session.ProviderId, out var provider))
            return PaymentErrors.NoSession;

        var verdict = await provider.Authorize(new ProviderSession(session.Id, request.Amount, request.CurrencyCode, session.Data), ct);
        await Write(connection, collection, session, request, verdict, ct);
        var after = await CollectionsStore.LoadOne(connection, collection.Id, ct);
        return verdict.Verdict switch
        {
            ProviderVerdict.Authorized => new PaymentAuthorization(
                PaymentSessionStatus.Authorized, after.Payments.First(p => p.CanceledAt is null).Id, after),
            ProviderVerdict.RequiresMore => new PaymentAuthorization(PaymentSessionStatus.RequiresMore, null, after),
            _ => PaymentErrors.Refused(verdict.Reason),
        };
    }

    public async Task<Result<Done>> Undo(VoidPayment request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var found = await CollectionsStore.Load(connection, [request.CartId], [], ct);
        if (found.Count == 0 || found[0].Payments.FirstOrDefault(p => p.CanceledAt is null) is not { } payment) return default(Done);

        if (providers.TryFind(payment.ProviderId, out var provider))
            await provider.Void(new ProviderSession(payment.SessionId, payment.Amount, payment.CurrencyCode, payment.Data), ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            with voided as (
                update payments.payments set canceled_at = now() where id = @Id and canceled_at is null and captured_at is null returning id),
            closed as (
                update payments.sessions set status = 'canceled', updated_at = now() where id = @SessionId and exists (select from voided))
            insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference)
            select id, 'void', @Amount, @CurrencyCode, @Id::text from voided
            """, new { payment.Id, payment.SessionId, payment.Amount, payment.CurrencyCode }, cancellationToken: ct));
        return default(Done);
    }

    // The unique keys (one payment a session, one live payment a collection) are what two simultaneous calls meet at.
    private static Task Write(
        NpgsqlConnection connection, PaymentCollection collection, PaymentSession session, AuthorizePayment request,
        ProviderAuthorization verdict, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("""
            with session as (
                update payments.sessions set status = @status, data = @Data::jsonb, amount = @Amount, updated_at = now(),
                    authorized_at = case when @authorized then coalesce(authorized_at, now()) end
                where id = @sessionId and status in ('pending', 'requires_more')
                returning id, collection_id, provider_id),
            owed as (
                update payments.collections set amount = @Amount, updated_at = now() where id = @collectionId and amount <> @Amount),
            payment as (
                insert into payments.payments (id, collection_id, session_id, provider_id, amount, data)
                select @paymentId, collection_id, id, provider_id, @Amount, @Data::jsonb from session where @authorized
                on conflict do nothing
                returning id)
            insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference)
            select id, 'authorization', @Amount, @CurrencyCode, @Reference from payment
            """,
            new
            {
                status = CollectionsStore.NameOf(verdict.Verdict switch
                {
                    ProviderVerdict.Authorized => PaymentSessionStatus.Authorized,
                    ProviderVerdict.RequiresMore => PaymentSessionStatus.RequiresMore,
                    _ => PaymentSessionStatus.Error,
                }),
                authorized = verdict.Verdict == ProviderVerdict.Authorized,
                verdict.Data,
                verdict.Reference,
                request.Amount,
                request.CurrencyCode,
                sessionId = session.Id,
                collectionId = collection.Id,
                paymentId = WireId.New(),
            }, cancellationToken: ct));
}
